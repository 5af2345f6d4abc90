using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Monitoring;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Monitoring;

namespace ModelServing.Services.Tests.Oci.Monitoring;

public sealed class OciMonitoringTests : IAsyncLifetime
{
    private static readonly CallLimits Quick = new()
    {
        FirstDelay = TimeSpan.FromMilliseconds(1),
        LongestDelay = TimeSpan.FromMilliseconds(4),
    };

    private static readonly Dictionary<string, string> Fraud = Dimensions("fraud");
    private static readonly Dictionary<string, string> Churn = Dimensions("churn");

    private MonitoringEmulator emulator = null!;
    private OciMonitoring monitoring = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OciSettings Settings => new()
    {
        Identity = OciIdentity.ConfigFile,
        ConfigFile = emulator.Identity.ConfigFile,
        MonitoringEndpoint = emulator.Endpoint.GetLeftPart(UriPartial.Authority),
    };

    public async ValueTask InitializeAsync()
    {
        emulator = await MonitoringEmulator.StartAsync();
        monitoring = new OciMonitoring(
            MonitoringClients.OpenForIngestion(Settings), MonitoringClients.Open(Settings), MonitoringEmulator.Compartment, Quick);
    }

    public async ValueTask DisposeAsync()
    {
        monitoring.Dispose();
        await emulator.DisposeAsync();
    }

    [Fact]
    public async Task Metrics_go_to_the_ingestion_host_and_queries_to_the_other()
    {
        // By default, the clients' endpoints are the region's hosts.
        var regional = Settings with { MonitoringEndpoint = null };
        using var ingestion = MonitoringClients.OpenForIngestion(regional);
        using var queries = MonitoringClients.Open(regional);
        Assert.Equal("https://telemetry-ingestion.eu-frankfurt-1.oraclecloud.com/", ingestion.Client.GetEndpoint().ToString());
        Assert.Equal("https://telemetry.eu-frankfurt-1.oraclecloud.com/", queries.Client.GetEndpoint().ToString());
        using var elsewhere = MonitoringClients.OpenForIngestion(regional with { Region = "us-ashburn-1" });
        Assert.Equal("https://telemetry-ingestion.us-ashburn-1.oraclecloud.com/", elsewhere.Client.GetEndpoint().ToString());

        // Each client sends to its own endpoint.
        await using var other = await MonitoringEmulator.StartAsync();
        var otherSettings = Settings with
        {
            MonitoringEndpoint = other.Endpoint.GetLeftPart(UriPartial.Authority),
            ConfigFile = other.Identity.ConfigFile,
        };
        using var separate = new OciMonitoring(
            MonitoringClients.OpenForIngestion(Settings), MonitoringClients.Open(otherSettings), MonitoringEmulator.Compartment, Quick);
        await separate.PostAsync(new MetricPost([Stream("Failure")]), Token);
        await separate.FiringAsync(["a"], Token);
        Assert.Equal([("/20180401/metrics", "127.0.0.1")], emulator.Requests.Select(static request => (request.Target, request.Host)));
        Assert.Equal([MonitoringOperation.ListAlarmsStatus], other.Requests.Select(static request => request.Operation!.Value));
    }

    [Fact]
    public async Task A_post_arrives_with_its_compartment_and_is_accepted()
    {
        var time = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        var stream = Stream("Failure") with { Datapoints = [new MetricDatapoint(time, 0, 97), new MetricDatapoint(time, 1, 3)] };
        var answer = await monitoring.PostAsync(new MetricPost([stream]), Token);

        Assert.Equal(0, answer.FailedMetricsCount);
        var accepted = Assert.Single(emulator.Accepted);
        Assert.Equal(
            (MonitoringEmulator.Compartment, "modelserving", "Failure"),
            ((string)accepted["compartmentId"]!, (string)accepted["namespace"]!, (string)accepted["name"]!));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"model":"fraud","version":"2","variant":"canary","trial":"1"}"""),
            accepted["dimensions"]));
        Assert.Equal(
            [(0.0, 97), (1.0, 3)],
            accepted["datapoints"]!.AsArray().Select(static point => ((double)point!["value"]!, (int)point["count"]!)));
    }

    [Fact]
    public async Task A_rejected_stream_is_reported_although_the_status_is_200()
    {
        var old = Stream("Share") with { Datapoints = [new MetricDatapoint(TimeProvider.System.GetUtcNow().AddHours(-3), 1)] };
        var answer = await monitoring.PostAsync(new MetricPost([Stream("Failure"), old]), Token);
        Assert.Equal(1, answer.FailedMetricsCount);
        Assert.Equal("Share", Assert.Single(answer.FailedMetrics!).MetricData.Name);
        Assert.Single(emulator.Accepted);
    }

    [Fact]
    public async Task Only_the_streams_for_which_the_named_alarms_fire_are_listed()
    {
        emulator.Set("mine", "FIRING", (Fraud, "FIRING"), (Churn, "OK"));
        emulator.Set("another's", "FIRING", (Churn, "FIRING"));
        emulator.Set("quiet", "OK", (Churn, "OK"));

        var firing = Assert.Single(await monitoring.FiringAsync(["mine", "quiet"], Token));
        Assert.Equal("mine", firing.Alarm);
        Assert.Equal(Fraud, firing.Dimensions);
        Assert.Equal(1, emulator.Count(MonitoringOperation.RetrieveDimensionStates));
    }

    [Fact]
    public async Task Every_page_is_read()
    {
        emulator.PageSize = 2;
        for (var i = 0; i < 5; i++)
        {
            emulator.Set(
                $"a{i}",
                "FIRING",
                (Fraud, "FIRING"),
                (Churn, "FIRING"),
                (new Dictionary<string, string>(Churn) { ["trial"] = "2" }, "FIRING"));
        }

        Assert.Equal(15, (await monitoring.FiringAsync(["a0", "a1", "a2", "a3", "a4"], Token)).Count);
    }

    [Fact]
    public async Task A_transient_failure_is_retried()
    {
        emulator.Faults.Add(MonitoringOperation.PostMetricData, Fault.Throttle);
        emulator.Faults.Add(MonitoringOperation.ListAlarmsStatus, Fault.Status(500, "InternalServerError"), times: 2);
        await monitoring.PostAsync(new MetricPost([Stream("Failure")]), Token);
        Assert.Single(emulator.Accepted);
        Assert.Empty(await monitoring.FiringAsync(["a"], Token));
    }

    [Fact]
    public async Task A_refusal_is_reported_with_its_place_and_a_remedy()
    {
        emulator.Faults.Add(MonitoringOperation.PostMetricData, Fault.Status(404, "NotAuthorizedOrNotFound", "no"), times: 9);
        var e = await Assert.ThrowsAsync<MonitoringException>(() => monitoring.PostAsync(new MetricPost([Stream("Failure")]), Token));
        Assert.StartsWith(
            $"metrics can't be posted at oci:{MonitoringEmulator.Compartment}: "
            + "404 NotAuthorizedOrNotFound: no (opc-request-id emulator-1); either the name does not exist",
            e.Message,
            StringComparison.Ordinal);
        Assert.Single(emulator.Requests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("oci:")]
    [InlineData("oci:fraud")]
    [InlineData("https://telemetry.example")]
    [InlineData("http://127.0.0.1:1/path")]
    [InlineData("127.0.0.1:1")]
    public void An_invalid_location_is_refused(string? location) => Assert.StartsWith(
        $"the monitoring is '{location}'; it must be oci:COMPARTMENT-OCID", Assert.Throws<ContractException>(
            () => Monitorings.Check(location, Settings)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_compartment_needs_an_identity_and_an_address_does_not()
    {
        Monitorings.Check("http://127.0.0.1:1", null);
        Monitorings.Check($"oci:{MonitoringEmulator.Compartment}", Settings);
        Assert.Contains(
            "MODELSERVING_OCI_IDENTITY",
            Assert.Throws<ContractException>(() => Monitorings.Check($"oci:{MonitoringEmulator.Compartment}", null)).Message,
            StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Dimensions(string model) =>
        new() { ["model"] = model, ["version"] = "2", ["variant"] = "canary", ["trial"] = "1" };

    private static MetricData Stream(string name) => new()
    {
        Namespace = ModelMetric.Namespace,
        Name = name,
        Dimensions = Fraud,
        Datapoints = [new MetricDatapoint(TimeProvider.System.GetUtcNow(), 1)],
    };
}
