using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>What a request compares, if the router sent it to stable because another variant failed it. Stable's process reports such
/// requests in a stream of their own, whose name this is.</summary>
/// <param name="Variant">The variant that failed.</param>
/// <param name="Trial">The version's trial.</param>
/// <param name="Kind"><c>error</c> or <c>non-finite</c>. No stream counts another one.</param>
public sealed record Comparison(string Variant, ModelVersion Version, int Trial, string Kind)
{
    public const string Error = "error";

    /// <summary>The kind of a comparison whose variant answered well, but late.</summary>
    public const string Slow = "slow";

    /// <summary>The kind of a retry of which the variant has seen nothing.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The kind of a retry whose variant only missed a deadline that the caller had shortened.</summary>
    public const string Excused = "excused";

    /// <summary>The kind of a retry whose variant gave no complete or no valid answer. A process can't count such answers of its own, so
    /// those of stable are missing: the comparison would be one-sided.</summary>
    public const string Broken = "broken";

    /// <summary>The end of the header's value for <see cref="Slow"/>.</summary>
    public const string SlowSuffix = ";kind=" + Slow;

    private const string Prefix = "compared:";

    /// <summary>The stream's name: <c>compared:canary:2:error</c>. No variant has a colon in its name.</summary>
    public string Stream => $"{Prefix}{Variant}:{Version}:{Kind}";

    /// <summary>Reads the value of <see cref="HeaderNames.ModelFailover"/> in a request to Inference:
    /// <c>canary;version=2;trial=1;kind=error</c>.</summary>
    public static bool TryParseHeader(string? header, [NotNullWhen(true)] out Comparison? comparison)
    {
        comparison = header?.Split(';') is [var variant, var version, var trial, var kind]
            && ValueOf(trial, "trial=") is { } number
            ? Create(variant, ValueOf(version, "version="), number, ValueOf(kind, "kind="))
            : null;
        return comparison is not null;
    }

    /// <summary>Reads the header's value with any kind, in a retry that the function TrafficSplitter makes; null if it has another
    /// form.</summary>
    public static Comparison? FromRetry(string? header) =>
        header?.Split(';') is [.. var start, var kind] && ValueOf(kind, "kind=") is Slow or Unreachable or Excused or Broken
        && TryParseHeader($"{string.Join(';', start)};kind={Error}", out var comparison)
            ? comparison with { Kind = kind["kind=".Length..] }
            : TryParseHeader(header, out comparison) ? comparison : null;

    /// <summary>Reads the name of a stream; null if it is not a comparison's.</summary>
    public static Comparison? FromStream(string stream, int trial)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.StartsWith(Prefix, StringComparison.Ordinal)
            && stream[Prefix.Length..].Split(':') is [var variant, var version, var kind]
            ? Create(variant, version, trial.ToString(CultureInfo.InvariantCulture), kind)
            : null;
    }

    /// <summary>Whether a good answer of stable is evidence against the variant.</summary>
    public bool IsCounted => Kind is Error or HeaderNames.NonFinite;

    /// <summary>The header's value.</summary>
    public string ToHeader() => string.Create(CultureInfo.InvariantCulture, $"{Variant};version={Version};trial={Trial};kind={Kind}");

    private static Comparison? Create(string variant, string? version, string trial, string? kind) =>
        ModelName.TryParse(variant, null, out _)
        && ModelVersion.TryParse(version, null, out var number)
        && int.TryParse(trial, NumberStyles.None, CultureInfo.InvariantCulture, out var numbered) && numbered > 0
        && kind is Error or HeaderNames.NonFinite
            ? new(variant, number, numbered, kind)
            : null;

    private static string? ValueOf(string parameter, string name) =>
        parameter.StartsWith(name, StringComparison.Ordinal) ? parameter[name.Length..] : null;
}
