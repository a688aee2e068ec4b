#if AUDITSTORE_WATCHED_MUTEX
    import SegmentFormat

    typealias Mutex<Value: ~Copyable> = WatchedMutex<Value>
#endif
