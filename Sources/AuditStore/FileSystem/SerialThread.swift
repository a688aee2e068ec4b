#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread that runs the jobs of one actor, one after another.
///
/// An actor that waits for the disk would otherwise keep one of the few threads that all tasks of the process share.
package final class SerialThread: SerialExecutor {
    /// What the thread and those who give it jobs share.
    private final class Jobs: @unchecked Sendable {
        // All fields are used under `mutex`.
        private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
        private let condition: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)
        private var waiting: [(job: UnownedJob, executor: SerialThread)] = []
        private var isStopped = false
        /// Set before the thread begins.
        var isBackground = false

        init() {
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(condition, nil)
        }

        deinit {
            pthread_cond_destroy(condition)
            pthread_mutex_destroy(mutex)
            condition.deallocate()
            mutex.deallocate()
        }

        func add(_ job: UnownedJob, _ executor: SerialThread) {
            pthread_mutex_lock(mutex)
            waiting.append((job, executor))
            pthread_cond_signal(condition)
            pthread_mutex_unlock(mutex)
        }

        func stop() {
            pthread_mutex_lock(mutex)
            isStopped = true
            pthread_cond_signal(condition)
            pthread_mutex_unlock(mutex)
        }

        /// All that wait; empty once stopped.
        private func take() -> [(job: UnownedJob, executor: SerialThread)] {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            while waiting.isEmpty, !isStopped { pthread_cond_wait(condition, mutex) }
            defer { waiting = [] }
            return waiting
        }

        func run() {
            while true {
                // Each round holds the executor until its jobs are done.
                let jobs = take()
                if jobs.isEmpty { return }
                for (job, executor) in jobs { job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
            }
        }
    }
    private let jobs = Jobs()

    /// - Parameter isBackground: others go first, where the system knows such an order among threads.
    package init(isBackground: Bool = false) {
        jobs.isBackground = isBackground
        let argument = Unmanaged.passRetained(jobs).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
            let result = pthread_create(&thread, nil, { SerialThread.main($0) }, argument)
            if result == 0, let thread { pthread_detach(thread) }
        #else
            var thread = pthread_t()
            let result = pthread_create(&thread, nil, { SerialThread.main($0!) }, argument)
            if result == 0 { pthread_detach(thread) }
        #endif
        precondition(result == 0, "the system has no more threads")
    }

    private static func main(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let jobs = Unmanaged<Jobs>.fromOpaque(argument).takeRetainedValue()
        if jobs.isBackground { lowerPriority() }
        jobs.run()
        return nil
    }

    private static func lowerPriority() {
        #if canImport(Darwin)
            pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
        #elseif os(Linux)
            // Of the calling thread alone, other than POSIX has it; its reads and writes come later, too, where the system
            // orders them.
            _ = setpriority(numericCast(PRIO_PROCESS.rawValue), 0, 10)
        #endif
    }

    deinit { jobs.stop() }

    package func enqueue(_ job: consuming ExecutorJob) { jobs.add(UnownedJob(job), self) }
}
