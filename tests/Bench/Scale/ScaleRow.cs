namespace ModelServing.Bench.Scale;

/// <summary>What a router costs with a number of models.</summary>
/// <param name="Models">The number of models, each with a canary.</param>
/// <param name="PlanBytes">The size of the plan.</param>
/// <param name="StoredBytes">Its size in a ConfigMap.</param>
/// <param name="StartSeconds">The processor time until it is ready.</param>
/// <param name="IdlePercent">Its use of a processor without requests and changes.</param>
/// <param name="JournalIdlePercent">The same of a router with a journal.</param>
/// <param name="MemoryMegabytes">Its resident memory at the end.</param>
/// <param name="ChangeMilliseconds">The processor time of a changed weight beyond idle: the median of the rounds.</param>
/// <param name="JournalChangeMilliseconds">The same of a router with a journal, to which it adds an event.</param>
/// <param name="MetricsBytes">The size of <c>/metrics</c>.</param>
internal sealed record ScaleRow(
    int Models,
    int PlanBytes,
    int StoredBytes,
    double StartSeconds,
    double IdlePercent,
    double JournalIdlePercent,
    double MemoryMegabytes,
    double ChangeMilliseconds,
    double JournalChangeMilliseconds,
    int MetricsBytes);
