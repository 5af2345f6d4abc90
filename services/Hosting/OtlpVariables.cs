using System.Collections;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>OpenTelemetry's own variables, and what they turn on.</summary>
/// <remarks>The libraries read them from the host's configuration, which holds nothing else of the environment.</remarks>
internal sealed class OtlpVariables
{
    private const string Prefix = "OTEL_";
    private const string Disabled = Prefix + "SDK_DISABLED";

    private readonly Dictionary<string, string?> variables;

    private OtlpVariables(Dictionary<string, string?> variables) => this.variables = variables;

    /// <summary>Whether traces are exported.</summary>
    internal bool HasTraces => Exports("TRACES");

    /// <summary>Whether metrics are exported.</summary>
    internal bool HasMetrics => Exports("METRICS");

    /// <summary>The variables for the host's configuration. Without the one that turns everything off: it would turn off
    /// <c>/metrics</c> too, and its effect is in the properties.</summary>
    internal IEnumerable<KeyValuePair<string, string?>> ForConfiguration =>
        variables.Where(static variable => variable.Key != Disabled);

    /// <summary>Reads the variables of a process. A setting takes precedence.</summary>
    internal static OtlpVariables Read(HostSettings settings, IDictionary environment)
    {
        var variables = environment.Keys.OfType<string>()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(static name => name, name => environment[name]?.ToString());
        if (settings.OtlpEndpoint is { } endpoint)
            variables[HostSettings.OtlpVariable] = endpoint;
        return new OtlpVariables(variables);
    }

    private bool Exports(string signal) =>
        (Has(HostSettings.OtlpVariable) || Has($"{Prefix}EXPORTER_OTLP_{signal}_ENDPOINT"))
        && !Is(Disabled, "true")
        && !Is($"{Prefix}{signal}_EXPORTER", "none");

    private bool Has(string name) => variables.GetValueOrDefault(name) is { Length: > 0 };

    private bool Is(string name, string value) =>
        string.Equals(variables.GetValueOrDefault(name), value, StringComparison.OrdinalIgnoreCase);
}
