using ModelServing.Contracts.Functions;
using ModelServing.Infra.Secrets;
using Pulumi;

namespace ModelServing.Infra.Functions;

public sealed class SplitterArgs : ComponentArgs
{
    /// <summary>The other functions, whose application and image it shares.</summary>
    public required FunctionsComponent Functions { get; init; }

    /// <summary>The address of the load balancer that leads to the routers' port for this function.</summary>
    public required Input<string> RouterAddress { get; init; }

    /// <summary>The port that it listens on for this function.</summary>
    public required int RouterPort { get; init; }

    /// <summary>The key that the routers expect.</summary>
    public required VaultText Key { get; init; }

    /// <summary>The longest deadline of any rollout.</summary>
    public required TimeSpan LongestDeadline { get; init; }

    /// <summary>The memory in MB, one of <see cref="FunctionsArgs.Memories"/>. 1024 by default.</summary>
    public int MemoryMbs { get; init; } = 1024;

    /// <summary>The number of containers that are kept ready, a multiple of OCI's unit. 0, the default, keeps none.</summary>
    public int ProvisionedConcurrency { get; init; }

    /// <summary>How long a call may take. While the routers split traffic, a deadline may be longer than a function allows.</summary>
    internal TimeSpan Timeout => FunctionLimits.CallOfSplitter(LongestDeadline);

    internal SplitterArgs CheckedLimits()
    {
        FunctionLimitsCheck.Memory(nameof(MemoryMbs), MemoryMbs);
        if (LongestDeadline <= TimeSpan.Zero || LongestDeadline >= FunctionLimits.LongestCall)
        {
            throw new ArgumentException(
                $"{nameof(LongestDeadline)} is {LongestDeadline.TotalSeconds} s; "
                + $"in a function it must be above 0 and below {FunctionLimits.LongestCall.TotalSeconds} s");
        }

        if (RouterPort is < 1 or > 65535)
            throw new ArgumentException($"{nameof(RouterPort)} is {RouterPort}; a port is from 1 to 65535");
        if (ProvisionedConcurrency < 0)
            throw new ArgumentException($"{nameof(ProvisionedConcurrency)} is {ProvisionedConcurrency}; it must be at least 0");
        return this;
    }
}
