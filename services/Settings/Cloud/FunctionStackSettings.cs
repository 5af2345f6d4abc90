using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The functions.</summary>
public sealed record FunctionStackSettings
{
    /// <summary>The sizes that a function may have, in MB; the processor comes with the memory.</summary>
    public static IReadOnlyList<int> Memories { get; } = [128, 256, 512, 1024, 2048, 3072];

    /// <summary>The memory of Rollback and ModelMetrics.</summary>
    [Setting("The memory of Rollback and of ModelMetrics in MB: 128, 256, 512, 1024, 2048 or 3072. The processor grows with it, and so does how fast a function starts.", Least = "128", Most = "3072")]
    public int MemoryInMbs { get; init; } = 512;

    /// <summary>How long a call of Rollback or ModelMetrics may take.</summary>
    [Setting("How long a call of Rollback or of ModelMetrics may take, in whole seconds.", Least = "5s", Most = "300s")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The memory of ModelLoader.</summary>
    [Setting("The memory of ModelLoader in MB, of the same values: it reads the artifacts.", Least = "128", Most = "3072")]
    public int LoaderMemoryInMbs { get; init; } = 3072;

    /// <summary>How long a call of ModelLoader may take.</summary>
    [Setting("How long a call of ModelLoader may take, in whole seconds.", Least = "5s", Most = "300s")]
    public TimeSpan LoaderTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How many containers of Rollback are kept ready.</summary>
    [Setting("How many containers of Rollback are kept ready, so that none has to start first; they are paid for all the time. 0, or a multiple of what OCI keeps ready at a time: 40 with 128 MB, 20 with 256 MB, 10 from 512 MB on.", Least = "0", Most = "400")]
    public int ProvisionedConcurrency { get; init; }

    /// <summary>Rollback says what it would do, and does nothing.</summary>
    [Setting("Rollback says in its log what it would do, and does nothing: for trying out alarms. The routers' own guard is not meant.")]
    public bool DryRun { get; init; }

    /// <summary>How long logs are kept.</summary>
    [Setting("How many days the functions' logs are kept: 30, 60, 90, 120, 150 or 180.", Least = "30", Most = "180")]
    public int LogDays { get; init; } = 30;

    /// <summary>By how many containers OCI keeps a function of <paramref name="memoryInMbs"/> ready at a time.</summary>
    public static int ProvisionedStep(int memoryInMbs) => memoryInMbs switch { <= 128 => 40, <= 256 => 20, _ => 10 };
}
