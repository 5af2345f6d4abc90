using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Network;
using Pulumi;

namespace ModelServing.Infra.Functions;

/// <summary>What <see cref="FunctionsComponent"/> is given.</summary>
public sealed class FunctionsArgs : ComponentArgs
{
    /// <summary>The most that the configuration of application and function may have, keys and values together, in bytes.</summary>
    public const int MaxConfigurationBytes = 4096;

    /// <summary>The sizes that OCI has, in MB.</summary>
    public static IReadOnlyList<int> Memories { get; } = [128, 256, 512, 1024, 2048, 3072];

    /// <summary>Where functions stand.</summary>
    public required SubnetPlacement Place { get; init; }

    /// <summary>The repository of the functions' image, in the region's registry; the image is there before the functions are made.</summary>
    public required Input<string> Repository { get; init; }

    /// <summary>The image's digest. The registry has it by the tag <see cref="ImageNames.TagOf"/> too.</summary>
    public required string ImageDigest { get; init; }

    /// <summary>The image is of Arm; else it is of x64. For good: another one replaces application and functions.</summary>
    public bool IsArm { get; init; }

    /// <summary>What the functions are told: <see cref="FunctionsHostSettings"/>, without <see cref="FunctionsHostSettings.Function"/>.</summary>
    public required Input<FunctionsHostSettings> Settings { get; init; }

    /// <summary>The memory of Rollback and ModelMetrics in MB, one of <see cref="Memories"/>. 512 by default.</summary>
    public int MemoryMbs { get; init; } = 512;

    /// <summary>How long a call of Rollback or ModelMetrics may take, in whole seconds from 5 to 300. 60 seconds by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The memory of ModelLoader in MB, one of <see cref="Memories"/>. 3072 by default.</summary>
    public int LoaderMemoryMbs { get; init; } = 3072;

    /// <summary>How long a call of ModelLoader may take, in whole seconds from 5 to 300. 300 seconds by default.</summary>
    public TimeSpan LoaderTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How many containers of Rollback are kept ready, a multiple of what OCI keeps ready at a time (10 from 512 MB on). 0, the
    /// default, keeps none.</summary>
    public int ProvisionedConcurrency { get; init; }

    /// <summary>How many days the functions' logs are kept: 30, 60, ... 180. 30 by default.</summary>
    public int LogRetentionDays { get; init; } = 30;

    /// <summary>The bucket whose new manifests ModelLoader is told of.</summary>
    public required Input<string> BucketName { get; init; }

    internal FunctionsArgs CheckedLimits()
    {
        foreach (var (name, memory) in new[] { (nameof(MemoryMbs), MemoryMbs), (nameof(LoaderMemoryMbs), LoaderMemoryMbs) })
        {
            if (!Memories.Contains(memory))
                throw new ArgumentException($"{name} is {memory}; it is one of {string.Join(", ", Memories)}");
        }

        foreach (var (name, timeout) in new[] { (nameof(Timeout), Timeout), (nameof(LoaderTimeout), LoaderTimeout) })
        {
            if (timeout < TimeSpan.FromSeconds(5) || timeout > TimeSpan.FromSeconds(300) || timeout.Ticks % TimeSpan.TicksPerSecond != 0)
                throw new ArgumentException($"{name} is {timeout.TotalSeconds} s; it is from 5 to 300 whole seconds");
        }

        if (ProvisionedConcurrency < 0)
            throw new ArgumentException($"{nameof(ProvisionedConcurrency)} is {ProvisionedConcurrency}; it is 0 at least");
        if (LogRetentionDays is < 30 or > 180 || LogRetentionDays % 30 != 0)
            throw new ArgumentException($"{nameof(LogRetentionDays)} is {LogRetentionDays}; it is 30, 60, ... 180");
        return this;
    }
}
