namespace ModelServing.Settings.Cloud;

/// <summary>Which of the two applies that create an environment a stack file describes.</summary>
public enum StackPhase
{
    /// <summary>Network, cluster, cache, bucket, tables, repositories and topics: what images and models are put into.</summary>
    Foundation,

    /// <summary>The foundation, and everything that serves: functions, alarms, workloads and gateway.</summary>
    All,
}
