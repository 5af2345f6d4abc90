using ModelServing.Rollout;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>What the pods send and log about requests.</summary>
public sealed record TelemetrySettings
{
    [Setting(
        "The OpenTelemetry collector to which routers, versions and the feature server send traces and metrics by OTLP over gRPC. Pods can "
        + "reach one in the cluster. By default, nothing is sent.",
        Pattern = "^http://[a-z0-9]([a-z0-9.-]*[a-z0-9])?:[1-9][0-9]{0,4}$",
        Form = "an http address with a port",
        Example = "http://collector.observability.svc:4317")]
    public string? OtlpEndpoint { get; init; }

    [Setting(
        "Whether the pods of routers, versions and the feature server have the annotations `prometheus.io/*`, by which OCI's Management "
        + "Agent, or a Prometheus in the cluster, finds their metrics. docs/operations.md describes how to install the agent.")]
    public bool Scrape { get; init; }

    [Setting(
        "The number of days that the pods' logs are kept in OCI Logging: 30, 60, 90, 120, 150 or 180. By default, they stay on the nodes.",
        Min = "30",
        Max = "180")]
    public int? PodLogDays { get; init; }

    [Setting(
        "The share of the requests, in percent, in steps of 0.01, that are lines in the logs of the routers, the versions and the feature "
        + "server, one for each attempt. Failed attempts always are, up to 100 lines a second for each pod.")]
    public Percent AccessLog { get; init; } = Percent.FromHundredths(100);
}
