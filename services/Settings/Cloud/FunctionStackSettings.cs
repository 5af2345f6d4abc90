using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record FunctionStackSettings
{
    /// <summary>The memory sizes that OCI offers for a function, in MB. The share of the processor follows the memory.</summary>
    public static IReadOnlyList<int> MemorySizes { get; } = [128, 256, 512, 1024, 2048, 3072];

    [Setting(
        "The memory of Rollback and ModelMetrics in MB: 128, 256, 512, 1024, 2048 or 3072. A function with more memory also gets more "
        + "processor and starts faster.",
        Min = "128",
        Max = "3072")]
    public int MemoryInMbs { get; init; } = 512;

    [Setting("The longest time that a call of Rollback or ModelMetrics may take, in whole seconds.", Min = "5s", Max = "300s")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    [Setting("The memory of ModelLoader in MB, one of the same values. ModelLoader reads the artifacts.", Min = "128", Max = "3072")]
    public int LoaderMemoryInMbs { get; init; } = 3072;

    [Setting("The longest time that a call of ModelLoader may take, in whole seconds.", Min = "5s", Max = "300s")]
    public TimeSpan LoaderTimeout { get; init; } = TimeSpan.FromSeconds(300);

    [Setting(
        "The number of Rollback containers that are kept ready, so a rollback does not wait for one to start. You pay for them all the "
        + "time. 0, or a multiple of the number that OCI keeps ready at a time: 40 with 128 MB, 20 with 256 MB, 10 with 512 MB or more.",
        Min = "0",
        Max = "400")]
    public int ProvisionedConcurrency { get; init; }

    [Setting(
        "Rollback only logs the rollbacks it would make. Use this to try out alarms. It does not affect the guard in the routers.")]
    public bool DryRun { get; init; }

    [Setting(
        "The function TrafficSplitter. With it, everything exists that traffic splitting in a function needs, and `splitting` only decides "
        + "where the gateway leads. See docs/splitting.md.")]
    public SplitterStackSettings? Splitter { get; init; }

    [Setting("The number of days that the logs of the functions are kept: 30, 60, 90, 120, 150 or 180.", Min = "30", Max = "180")]
    public int LogDays { get; init; } = 30;

    /// <summary>The number of containers that OCI keeps ready at a time for a function of <paramref name="memoryInMbs"/>.</summary>
    public static int ProvisionedStep(int memoryInMbs) => memoryInMbs switch { <= 128 => 40, <= 256 => 20, _ => 10 };
}
