using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Network;
using Pulumi;

namespace ModelServing.Infra.Functions;

public sealed class FunctionsArgs : ComponentArgs
{
    /// <summary>The largest configuration of application and function together, keys and values, in bytes.</summary>
    public const int MaxConfigurationBytes = 4096;

    /// <summary>The sizes of memory that OCI offers, in MB.</summary>
    public static IReadOnlyList<int> Memories { get; } = [128, 256, 512, 1024, 2048, 3072];

    public required SubnetPlacement Placement { get; init; }

    /// <summary>The repository of the functions' image, in the region's registry. The image must be there before the functions are
    /// created.</summary>
    public required Input<string> Repository { get; init; }

    /// <summary>The image's digest. In the registry the image also has the tag <see cref="ImageNames.TagOf"/>.</summary>
    public required string ImageDigest { get; init; }

    /// <summary>Whether the image is for Arm; otherwise it is for x64. A change replaces the application and the functions.</summary>
    public bool IsArm { get; init; }

    /// <summary>The functions' settings: <see cref="FunctionsHostSettings"/>, without
    /// <see cref="FunctionsHostSettings.Function"/>.</summary>
    public required Input<FunctionsHostSettings> Settings { get; init; }

    /// <summary>The memory of Rollback and ModelMetrics in MB, one of <see cref="Memories"/>. 512 by default.</summary>
    public int MemoryMbs { get; init; } = 512;

    /// <summary>How long a call of Rollback or ModelMetrics may take, from 5 to 300 whole seconds. 60 seconds by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The memory of ModelLoader in MB, one of <see cref="Memories"/>. 3072 by default.</summary>
    public int LoaderMemoryMbs { get; init; } = 3072;

    /// <summary>How long a call of ModelLoader may take, from 5 to 300 whole seconds. 300 seconds by default.</summary>
    public TimeSpan LoaderTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The number of containers of Rollback that are kept ready, a multiple of OCI's unit (10 for 512 MB and more). 0, the
    /// default, keeps none.</summary>
    public int ProvisionedConcurrency { get; init; }

    /// <summary>The number of days that the functions' logs are kept: 30, 60, ... 180. 30 by default.</summary>
    public int LogRetentionDays { get; init; } = 30;

    /// <summary>The bucket whose new manifests cause a call of ModelLoader.</summary>
    public required Input<string> BucketName { get; init; }

    internal FunctionsArgs CheckedLimits()
    {
        FunctionLimitsCheck.Memory(nameof(MemoryMbs), MemoryMbs);
        FunctionLimitsCheck.Memory(nameof(LoaderMemoryMbs), LoaderMemoryMbs);
        FunctionLimitsCheck.Timeout(nameof(Timeout), Timeout);
        FunctionLimitsCheck.Timeout(nameof(LoaderTimeout), LoaderTimeout);
        if (ProvisionedConcurrency < 0)
            throw new ArgumentException($"{nameof(ProvisionedConcurrency)} is {ProvisionedConcurrency}; it must be at least 0");
        ServiceLogs.CheckRetention(LogRetentionDays);
        return this;
    }
}
