namespace ModelServing.Contracts;

/// <summary>How a host logs the requests that it answered: all of them in a folder, or some of them as lines of its log.</summary>
public sealed record AccessLogSettings
{
    /// <summary>The smallest <see cref="MostBytes"/>.</summary>
    public const long LeastBytes = 16 * 1024 * 1024;

    /// <summary>The value of <see cref="Sample"/> that logs every request.</summary>
    public const int WholeSample = PlanDocument.Buckets;

    private const string FolderVariable = HostSettings.Prefix + "ACCESS_LOG";
    private const string SampleVariable = FolderVariable + "_SAMPLE";

    private static readonly HostSetting[] Table =
    [
        HostSetting.Text(nameof(Folder), FolderVariable),
        HostSetting.Whole(nameof(MostBytes), LeastBytes, long.MaxValue, FolderVariable + "_BYTES"),
        HostSetting.Whole(nameof(Sample), 0, WholeSample, SampleVariable),
    ];

    /// <summary>The folder in which every attempt is recorded, for <c>ms request</c> and <c>ms logs</c>. Each process has a folder of its
    /// own in it. Null records none.</summary>
    public string? Folder { get; init; }

    /// <summary>The most bytes of a process's records; the oldest make room for new ones. 32 MiB by default.</summary>
    public long MostBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How many of 10,000 requests are lines of the log. Failed ones are always, up to 100 lines a second. Null writes no
    /// lines.</summary>
    public int? Sample { get; init; }

    internal static AccessLogSettings? Read(HostEnvironment environment)
    {
        if (environment.Get(FolderVariable) is null && environment.Get(SampleVariable) is null)
            return null;
        var settings = new AccessLogSettings();
        foreach (var setting in Table)
            setting.Read(environment, settings);
        return settings;
    }

    internal void Write(IDictionary<string, string> variables)
    {
        foreach (var setting in Table)
            setting.Write(this, variables);
    }
}
