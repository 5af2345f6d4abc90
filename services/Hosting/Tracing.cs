using System.Diagnostics;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>The source of the programs' spans. Without an exporter it has no listener, and starts none.</summary>
public static class Tracing
{
    /// <summary>The attribute for the request's identifier.</summary>
    public const string RequestId = "modelserving.request.id";

    /// <summary>The attribute for the model.</summary>
    public const string Model = "modelserving.model";

    /// <summary>The attribute for the version.</summary>
    public const string Version = "modelserving.version";

    /// <summary>The attribute for the variant.</summary>
    public const string Variant = "modelserving.variant";

    /// <summary>OpenTelemetry's attribute for an answer's status.</summary>
    public const string Status = "http.response.status_code";

    /// <summary>OpenTelemetry's attribute for the kind of an error.</summary>
    public const string Error = "error.type";

    public static ActivitySource Source { get; } = new(MetricNames.Meter);
}
