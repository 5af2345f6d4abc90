using System.Diagnostics.CodeAnalysis;
using ModelServing.Contracts.Functions;

namespace ModelServing.Contracts;

/// <summary>What an inference service is started with: it serves one version of one model.</summary>
public sealed record InferenceSettings : HostSettings
{
    private const long MostModelBytes = 3L * 1024 * 1024 * 1024 / 2;

    private static readonly HostSetting[] Table =
    [
        HostSetting.Value(
            nameof(Model), $"a model's name: {ModelName.Form}", static text => ModelName.TryParse(text, null, out var model) ? model : null, isRequired: true),
        HostSetting.Value(
            nameof(Version), ModelVersion.Form, static text => ModelVersion.TryParse(text, null, out var version) ? version : null, isRequired: true),
        HostSetting.RequiredText(nameof(Registry), "file:FOLDER or oci:OBJECT-STORAGE-NAMESPACE/BUCKET"),
        HostSetting.Group(nameof(Oci), OciSettings.Read, static (oci, variables) => oci.Write(variables)),
        HostSetting.Whole(nameof(Concurrency), 0, 1024),
        HostSetting.Whole(nameof(Threads), 1, 1024),
        HostSetting.Whole(nameof(QueueLimit), 0, 1_000_000),
        HostSetting.Whole(nameof(MaxRequestBytes), 1, int.MaxValue),
        HostSetting.Group(nameof(Cache), CacheSettings.Read, static (cache, variables) => cache.Write(variables)),
        HostSetting.Text(nameof(Environment)),
        HostSetting.Seconds(nameof(Minute), least: 1),
        HostSetting.Whole(nameof(MaxModelBytes), 1, MostModelBytes),
    ];

    /// <summary>The model.</summary>
    public required ModelName Model { get; init; }

    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The registry: <c>file:FOLDER</c>, or <c>oci:OBJECT-STORAGE-NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>How OCI is asked; null where nothing of it is, as with <c>file:FOLDER</c>.</summary>
    public OciSettings? Oci { get; init; }

    /// <summary>How many calls of the model run at a time; 0, the default, is the number of processors.</summary>
    public int Concurrency { get; init; }

    /// <summary>How many threads one call of the model may use. 1 by default: small models lose more than they gain by more.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How many requests may wait for their turn at the model before further ones are answered 503. 1024 by default.</summary>
    public int QueueLimit { get; init; } = 1024;

    /// <summary>The largest body of a request, in bytes. 64 MiB by default.</summary>
    public long MaxRequestBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The cache that the service reports its counts into, for ModelMetrics; null for none: it reports to nobody.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>The environment's name, which keeps its counts apart from others' in the same cache. <c>local</c> by default.</summary>
    public string Environment { get; init; } = "local";

    /// <summary>How long a minute of the counts lasts, the same as that of <see cref="FunctionsHostSettings.Minute"/>. 60 s by default; a
    /// sixth of it is how often the service reports.</summary>
    public TimeSpan Minute { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest model that is loaded, in bytes; a larger one is refused. 1.5 GiB, more than which none may have, by default.</summary>
    public long MaxModelBytes { get; init; } = MostModelBytes;

    /// <summary>Makes settings of defaults.</summary>
    public InferenceSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    [SetsRequiredMembers]
    public InferenceSettings(HostEnvironment environment)
        : base(environment, Table)
    {
    }

    private protected override HostSetting[] Own => Table;
}
