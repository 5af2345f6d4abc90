using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using ModelServing.Contracts.Functions;

namespace ModelServing.Contracts.Features;

/// <summary>The settings of the feature server, which writes the event log of an environment and fills its views.</summary>
public sealed partial record FeatureServerSettings : HostSettings
{
    /// <summary>The form of <see cref="Views"/> in a variable, for messages.</summary>
    public const string ViewsForm = "VIEW:VERSION, or several separated by ','";

    private static readonly HostSetting[] Table =
    [
        HostSetting.RequiredText(nameof(Registry), "file:FOLDER or oci:OBJECT-STORAGE-NAMESPACE/BUCKET"),
        HostSetting.Group(nameof(Oci), OciSettings.Read, static (oci, variables) => oci.Write(variables)),
        HostSetting.Group(nameof(Cache), CacheSettings.Read, static (cache, variables) => cache.Write(variables)),
        HostSetting.Group(nameof(Log), EventLogSettings.Read, static (log, variables) => log.Write(variables)),
        HostSetting.Value(nameof(Views), ViewsForm, ParseViews, WriteViews),
        HostSetting.Text(nameof(Environment)),
        HostSetting.Text(nameof(Clients)),
        HostSetting.Group(nameof(AccessLog), AccessLogSettings.Read, static (log, variables) => log.Write(variables)),
        HostSetting.Text(nameof(MetricsUrls)),
        HostSetting.Seconds(nameof(Minute), least: 1),
    ];

    /// <summary>The registry with the views' definitions, which also gets the segments of the event log: <c>file:FOLDER</c>, or
    /// <c>oci:OBJECT-STORAGE-NAMESPACE/BUCKET</c>.</summary>
    public required string Registry { get; init; }

    /// <summary>How OCI is called; null if nothing of it is used.</summary>
    public OciSettings? Oci { get; init; }

    /// <summary>The cache with the views' states. Null stops the server at its start.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>The event log. Null stops the server at its start.</summary>
    public EventLogSettings? Log { get; init; }

    /// <summary>The views that are filled, each with its version. None by default: events are only logged.</summary>
    public IReadOnlyList<NamedView> Views { get; init; } = [];

    /// <summary>The environment's name, which separates its keys in the cache from others'. <c>local</c> by default.</summary>
    public string Environment { get; init; } = "local";

    /// <summary>The source of the clients document: <c>file:PATH</c> (<see cref="ClientsDocument"/>). Reporters may post events, and
    /// callers may read features. With null, the default, anyone may.</summary>
    public string? Clients { get; init; }

    /// <summary>How requests are logged; null logs none.</summary>
    public AccessLogSettings? AccessLog { get; init; }

    /// <summary>An address where <c>/metrics</c> needs no credential, in the form of <see cref="HostSettings.Urls"/> and with another port,
    /// for a scraper that has none; null, the default, for none. Every other path there is as guarded as elsewhere.</summary>
    public string? MetricsUrls { get; init; }

    /// <summary>The length of a minute of the reports, the same as <see cref="FunctionsHostSettings.Minute"/>. 60 s by default.</summary>
    public TimeSpan Minute { get; init; } = TimeSpan.FromSeconds(60);

    public override string AllUrls => MetricsUrls is null ? Urls : $"{Urls};{MetricsUrls}";

    public FeatureServerSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    [SetsRequiredMembers]
#pragma warning disable CS8618 // The table's required rows set the required properties, or throw.
    public FeatureServerSettings(HostEnvironment environment)
#pragma warning restore CS8618
        : base(environment, Table)
    {
    }

    private protected override HostSetting[] Own => Table;

    private static NamedView[]? ParseViews(string text)
    {
        var views = text.Split(',', StringSplitOptions.TrimEntries).Select(ParseView).ToArray();
        return views.Contains(null) ? null : [.. views.OfType<NamedView>()];
    }

    private static NamedView? ParseView(string text) => ViewForm.Match(text) is { Success: true } match
        && int.TryParse(match.Groups["version"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        ? new NamedView(match.Groups["view"].Value, version)
        : null;

    private static string? WriteViews(object views) =>
        (IReadOnlyList<NamedView>)views is { Count: > 0 } list ? string.Join(',', list) : null;

    [GeneratedRegex(@"\A(?<view>[a-z0-9][a-z0-9-]{0,39}):(?<version>[1-9][0-9]{0,8})\z")]
    private static partial Regex ViewForm { get; }
}
