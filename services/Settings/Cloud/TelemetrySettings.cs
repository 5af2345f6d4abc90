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
        "The share of the requests, in percent, in steps of 0.01, that are lines in the logs of the routers, the versions and the feature "
        + "server, one for each attempt. Failed attempts always are, up to 100 lines a second for each pod.")]
    public Percent AccessLog { get; init; } = Percent.FromHundredths(100);
}
