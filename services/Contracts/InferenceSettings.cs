using System.Diagnostics.CodeAnalysis;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Functions;

namespace ModelServing.Contracts;

/// <summary>The settings of an inference service, which serves one version of one model, or the versions of a pool.</summary>
public sealed record InferenceSettings : HostSettings
{
    /// <summary>The default of <see cref="BatchRows"/>.</summary>
    public const int DefaultBatchRows = 32;

    /// <summary>The largest <see cref="BatchRows"/>.</summary>
    public const int MostBatchRows = 1024;

    private const string ModelForm = $"a model's name: {ModelName.Form}";
    private const long MostModelBytes = 3L * 1024 * 1024 * 1024 / 2;

    private static readonly HostSetting[] Table =
    [
        HostSetting.Value(nameof(Model), ModelForm, ParseModel),
        HostSetting.Value(nameof(Version), ModelVersion.Form, ParseVersion),
        HostSetting.Value(nameof(Pool), "file:PATH", ParsePool),
        HostSetting.Text(nameof(PoolState)),
        HostSetting.Whole(nameof(ModelsBytes), 1, long.MaxValue),
        HostSetting.Seconds(nameof(PoolPatience)),
        HostSetting.RequiredText(nameof(Registry), "file:FOLDER or oci:OBJECT-STORAGE-NAMESPACE/BUCKET"),
        HostSetting.Group(nameof(Oci), OciSettings.Read, static (oci, variables) => oci.Write(variables)),
        HostSetting.Whole(nameof(Concurrency), 0, 1024),
        HostSetting.Whole(nameof(Threads), 1, 1024),
        HostSetting.Whole(nameof(BatchRows), 1, MostBatchRows),
        HostSetting.Whole(nameof(QueueLimit), 0, 1_000_000),
        HostSetting.Text(nameof(GrpcUrls)),
        HostSetting.Whole(nameof(MaxRequestBytes), 1, int.MaxValue),
        HostSetting.Group(nameof(Cache), CacheSettings.Read, static (cache, variables) => cache.Write(variables)),
        HostSetting.Group(
            nameof(Predictions), PredictionLogSettings.Read, static (predictions, variables) => predictions.Write(variables)),
        HostSetting.Group(nameof(AccessLog), AccessLogSettings.Read, static (log, variables) => log.Write(variables)),
        HostSetting.Text(nameof(Environment)),
        HostSetting.Seconds(nameof(Minute), least: 1),
        HostSetting.Whole(nameof(MaxModelBytes), 1, MostModelBytes),
        HostSetting.Whole(nameof(BudgetBytes), 1, long.MaxValue),
        HostSetting.Whole(nameof(RuntimeBytes), 1, uint.MaxValue),
        HostSetting.Whole(nameof(MaxAnswerBytes), 1, int.MaxValue),
        HostSetting.Seconds(nameof(RequestTimeout), least: 0.001m),
        HostSetting.Seconds(nameof(LoadTimeout), least: 0.001m),
        HostSetting.Seconds(nameof(FeatureTimeout), least: 0.001m),
    ];

    /// <summary>The model of which the service serves one version; null if it serves a pool.</summary>
    public ModelName? Model { get; init; }

    /// <summary>The version of the model; null if the service serves a pool.</summary>
    public ModelVersion? Version { get; init; }

    /// <summary>The document of the pool that the service serves (<see cref="PoolDocument"/>): <c>file:PATH</c>; null if it serves one
    /// version. It is read once, at the start.</summary>
    public string? Pool { get; init; }

    /// <summary>The folder in which a pool keeps what its versions do, so that the process that follows knows which one made it crash; null
    /// keeps nothing. Each process needs a folder of its own, which stays when the process is started again.</summary>
    public string? PoolState { get; init; }

    /// <summary>How long a pool that refuses versions is not ready, counted from its start, unless it has been ready before
    /// (<see cref="PoolState"/>). So whoever waits for a new pool learns that a version is refused. 0 by default: then it is ready for the
    /// others at once.</summary>
    public TimeSpan PoolPatience { get; init; } = TimeSpan.Zero;

    /// <summary>How many bytes the opened models of a pool may use together. Null, the default, is a share of the container's memory
    /// limit.</summary>
    public long? ModelsBytes { get; init; }

    /// <summary>The registry: <c>file:FOLDER</c>, or <c>oci:OBJECT-STORAGE-NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>How OCI is called; null if nothing of it is used, as with <c>file:FOLDER</c>.</summary>
    public OciSettings? Oci { get; init; }

    /// <summary>How many calls of the model run at the same time; 0, the default, is the number of processors.</summary>
    public int Concurrency { get; init; }

    /// <summary>How many threads one call of the model may use. 1 by default: with more, small models lose more than they gain.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The most rows of requests that run together, if the model's rows are independent of each other; 1 turns it off. 32 by
    /// default.</summary>
    public int BatchRows { get; init; } = DefaultBatchRows;

    /// <summary>How many requests may wait for the model; more are answered with 503. 1024 by default.</summary>
    public int QueueLimit { get; init; } = 1024;

    /// <summary>The address for gRPC, in the form of <see cref="HostSettings.Urls"/> and with another port; null, the default, for no
    /// gRPC.</summary>
    public string? GrpcUrls { get; init; }

    /// <summary>The largest body of a request, in bytes. By default the API Gateway's limit,
    /// <see cref="BodyLimits.Gateway"/>.</summary>
    public long MaxRequestBytes { get; init; } = BodyLimits.Gateway;

    /// <summary>The cache to which the service reports its counts, for ModelMetrics; null reports nothing.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>How the service logs predictions; null logs none.</summary>
    public PredictionLogSettings? Predictions { get; init; }

    /// <summary>How the host logs the requests that it answered; null logs none.</summary>
    public AccessLogSettings? AccessLog { get; init; }

    /// <summary>The environment's name, which separates its counts from others' in the same cache. <c>local</c> by default.</summary>
    public string Environment { get; init; } = "local";

    /// <summary>The length of a minute of the counts, the same as <see cref="FunctionsHostSettings.Minute"/>. 60 s by default. The service
    /// reports six times in it.</summary>
    public TimeSpan Minute { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest model that is loaded, in bytes; a larger one is refused. By default 1.5 GiB, which is the limit of every
    /// model.</summary>
    public long MaxModelBytes { get; init; } = MostModelBytes;

    /// <summary>How many bytes the bodies, inputs and answers of the requests in flight may use together; more requests are answered with
    /// 503. Null, the default, derives it from the container's memory limit and from what the model leaves of it.</summary>
    public long? BudgetBytes { get; init; }

    /// <summary>How many bytes the model's calls may use together for outputs and what is between inputs and outputs. A call that needs
    /// more fails. Null, the default, derives it like <see cref="BudgetBytes"/>.</summary>
    public long? RuntimeBytes { get; init; }

    /// <summary>The largest body of an answer, in bytes. A larger one is answered with 500. Null, the default, is a quarter of
    /// <see cref="BudgetBytes"/>.</summary>
    public long? MaxAnswerBytes { get; init; }

    /// <summary>The time of a request that does not limit it in <see cref="HeaderNames.RequestTimeout"/>, from its head to the end of the
    /// model's call. 60 s by default.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time for opening the model and warming it up, after it was read. 120 s by default. The process ends if it takes
    /// longer.</summary>
    public TimeSpan LoadTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a prediction waits for its features; then they are defaults. 50 ms by default.</summary>
    public TimeSpan FeatureTimeout { get; init; } = TimeSpan.FromMilliseconds(50);

    public override string? Http2Urls => GrpcUrls;

    public InferenceSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    [SetsRequiredMembers]
#pragma warning disable CS8618 // The table's required rows set the required properties, or throw.
    public InferenceSettings(HostEnvironment environment)
#pragma warning restore CS8618
        : base(environment, Table)
    {
        if (Pool is null && Model is null)
            throw HostEnvironment.Missing(HostEnvironment.NameOf(nameof(Model)), ModelForm);
        if (Pool is null && Version is null)
            throw HostEnvironment.Missing(HostEnvironment.NameOf(nameof(Version)), ModelVersion.Form);
        if (Pool is not null && (Model is not null || Version is not null))
        {
            throw new ContractException(
                $"the environment variable {HostEnvironment.NameOf(nameof(Pool))} is set, and so is " +
                $"{HostEnvironment.NameOf(Model is null ? nameof(Version) : nameof(Model))}; a service serves either a pool or one " +
                "version");
        }
    }

    private protected override HostSetting[] Own => Table;

    private static object? ParseModel(string text) => ModelName.TryParse(text, null, out var model) ? model : null;

    private static string? ParsePool(string text) =>
        text.Length > HostSources.FileScheme.Length && text.StartsWith(HostSources.FileScheme, StringComparison.Ordinal) ? text : null;

    private static object? ParseVersion(string text) => ModelVersion.TryParse(text, null, out var version) ? version : null;
}
