public import AuditStore

extension KubernetesFields {
    /// One event a request: the last stage, or a refusal at stage `ResponseStarted`, which is all that a failed login or a
    /// request with a bad timeout leaves.
    ///
    /// Requests that are not finished, such as a watch that goes on, have none yet.
    public var isOutcome: Condition { isTerminal == true || (stage == "ResponseStarted" && response.code >= 400) }

    /// Container images that the request's body names: of pods, of templates of pods (deployments, jobs, cron jobs and so on),
    /// whole or as a patch.
    public var images: Field<[String]> { Field(KubernetesDerived.images) }
}
