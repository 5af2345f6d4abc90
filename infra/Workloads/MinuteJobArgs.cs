using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The call of ModelMetrics each minute.</summary>
public sealed record MinuteJobArgs
{
    /// <summary>The functions' image, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The OCID of ModelMetrics.</summary>
    public required Input<string> FunctionId { get; init; }

    /// <summary>Where it is called: the function's own host.</summary>
    public required Input<string> InvokeEndpoint { get; init; }

    /// <summary>The policy that lets the job's pods call it.</summary>
    public required Resource Policy { get; init; }
}
