using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The call of ModelMetrics each minute.</summary>
public sealed record MinuteJobArgs
{
    /// <summary>The functions' image, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>The OCID of ModelMetrics.</summary>
    public required Input<string> FunctionId { get; init; }

    /// <summary>The address for calls, which is the function's own host.</summary>
    public required Input<string> InvokeEndpoint { get; init; }

    /// <summary>The policy that allows the job's pods to call it.</summary>
    public required Resource Policy { get; init; }
}
