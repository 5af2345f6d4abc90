using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Infra.Tests.Workloads;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>What a stack renders for the scraping of metrics and for the pods' logs, both optional.</summary>
[Collection(nameof(OneAtATime))]
public class TelemetryTests
{
    private const string Scraped = SomeStack.Features + "\n  modelserving:telemetry: { scrape: true }";

    private const string AgentConfiguration = "oci:Logging/unifiedAgentConfiguration:UnifiedAgentConfiguration";

    [Theory]
    [InlineData("router", "8081")]
    [InlineData("fraud-v1", "8080")]
    [InlineData("feature-server", "8081")]
    public async Task A_pod_that_serves_names_the_port_where_metrics_need_no_credential(string owner, string port)
    {
        var pod = (await SomeStack.RunAsync(SomeStack.File(more: Scraped))).Pods().Single(each => each.Owner == owner).Pod;
        Assert.Equal(
            ["prometheus.io/path=/metrics", $"prometheus.io/port={port}", "prometheus.io/scrape=true"],
            pod.Metadata.Annotations.Select(static annotation => $"{annotation.Key}={annotation.Value}")
                .Where(static text => text.StartsWith("prometheus.io/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
        var container = Assert.Single(pod.Spec.Containers);
        Assert.Contains(container.Ports, each => each.ContainerPort.ToString(System.Globalization.CultureInfo.InvariantCulture) == port);
    }

    [Fact]
    public async Task The_feature_server_listens_where_it_is_scraped()
    {
        const string Urls = "MODELSERVING_METRICS_URLS";
        Assert.Equal("http://*:8081", (await EnvironmentAsync(Scraped))[Urls]);
        Assert.DoesNotContain(Urls, (await EnvironmentAsync(SomeStack.Features)).Keys);

        static async Task<Dictionary<string, string>> EnvironmentAsync(string more) =>
            (await SomeStack.RunAsync(SomeStack.File(more: more))).Pods()
                .Single(static each => each.Owner == ClusterNames.FeatureServer).Pod.Spec.Containers[0].Env
                .Where(static variable => variable.Value is not null)
                .ToDictionary(static variable => variable.Name, static variable => variable.Value);
    }

    [Fact]
    public async Task Jobs_are_not_scraped_and_without_the_setting_no_pod_is()
    {
        var scraped = (await SomeStack.RunAsync(SomeStack.File(more: "modelserving:telemetry: { scrape: true }"))).Pods();
        Assert.Equal(
            ["fraud-v1", "fraud-v2", "router"],
            scraped.Where(static each => IsScraped(each.Pod)).Select(static each => each.Owner).Order());
        Assert.DoesNotContain((await SomeStack.RunAsync(SomeStack.File())).Pods(), static each => IsScraped(each.Pod));

        static bool IsScraped(k8s.Models.V1PodTemplateSpec pod) => pod.Metadata?.Annotations?.ContainsKey("prometheus.io/scrape") is true;
    }

    [Fact]
    public async Task The_agents_of_the_nodes_send_the_logs_of_our_pods_to_one_log()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: "modelserving:telemetry: { podLogDays: 60 }"));
        var log = run.Single("oci:Logging/log:Log", "pod-logs").Inputs;
        Assert.Equal(("CUSTOM", true, 60.0), ((string)log["logType"], (bool)log["isEnabled"], Convert.ToDouble(log["retentionDuration"])));

        var configuration = run.Single(AgentConfiguration, "pod-logs").Inputs;
        Assert.Equal(["pod-logs-nodes-id"], configuration.Map("groupAssociation").List("groupLists"));
        var service = configuration.Map("serviceConfiguration");
        Assert.Equal("LOGGING", service["configurationType"]);
        Assert.Equal("pod-logs-id", service.Map("destination")["logObjectId"]);
        var source = (ImmutableDictionary<string, object>)Assert.Single(service.List("sources"));
        Assert.Equal("LOG_TAIL", source["sourceType"]);
        Assert.Equal(["/var/log/containers/*_modelserving_*.log"], source.List("paths"));
        Assert.Equal("CRI", source.Map("parser")["parserType"]);
    }

    [Fact]
    public async Task The_nodes_may_write_log_entries_and_nothing_else()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: "modelserving:telemetry: { podLogDays: 30 }"));
        var nodes = run.Single("oci:Identity/dynamicGroup:DynamicGroup", "pod-logs-nodes").Inputs;
        Assert.Equal("ALL {instance.compartment.id='ocid1.compartment.oc1..some'}", nodes["matchingRule"]);
        Assert.Equal(
            ["Allow dynamic-group modelserving-some-nodes to use log-content in compartment id ocid1.compartment.oc1..some"],
            run.Single("oci:Identity/policy:Policy", "pod-logs-pod-logs").Inputs.List("statements"));
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_agent_and_a_wrong_number_of_days_is_refused()
    {
        Assert.Empty((await SomeStack.RunAsync(SomeStack.File())).OfType(AgentConfiguration));
        var e = Assert.Throws<RunException>(
            () => StackConfiguration.FromFile(SomeStack.File(more: "modelserving:telemetry: { podLogDays: 45 }")));
        Assert.Contains("telemetry.podLogDays: 45 is not one of 30, 60", e.Message, StringComparison.Ordinal);
    }
}
