namespace ModelServing.Bench.Soak.Memory;

/// <summary>The result of attacks on pods of one size.</summary>
internal sealed class MemoryReport
{
    /// <summary>The memory limit of each pod, in bytes.</summary>
    internal required long Limit { get; init; }

    /// <summary>What each pod used before the attacks, in bytes.</summary>
    internal required IReadOnlyDictionary<string, long> Before { get; init; }

    /// <summary>What each pod used some seconds after the attacks, in bytes.</summary>
    internal IReadOnlyDictionary<string, long> After { get; set; } = new Dictionary<string, long>();

    /// <summary>The peak bytes of memory per byte of a request, by its kind.</summary>
    internal List<(string Kind, double PerByte)> Costs { get; } = [];

    internal List<MemoryPhase> Phases { get; } = [];

    /// <summary>Pods that did not survive.</summary>
    internal List<string> Faults { get; } = [];

    /// <summary>What is wrong, for people.</summary>
    internal IEnumerable<string> AllFaults =>
    [
        .. Faults,
        .. Phases.SelectMany(static phase => phase.Good.Faults.Select(fault => $"{phase.Name}: {fault}")),
        .. Phases.Where(static phase => phase.Good.Answered == 0).Select(static phase => $"{phase.Name}: no good request was answered"),
    ];

    internal bool IsGood => !AllFaults.Any();
}
