using System.Text.Json.Nodes;
using ModelServing.Contracts.Monitoring;
using ModelServing.Infra.Alarms;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Alarms;

[Collection(nameof(OneAtATime))]
public class AlarmsTests
{
    private const string Alarm = "oci:Monitoring/alarm:Alarm";
    private const string Topic = "oci:Ons/notificationTopic:NotificationTopic";
    private const string Subscription = "oci:Ons/subscription:Subscription";

    private static readonly AlarmDefinition[] Definitions =
        [.. ModelAlarms.All, .. PlatformAlarms.All, .. SomeEnvironment.SomeSplitterAlarms];

    public static TheoryData<string> Names => [.. Definitions.Select(static alarm => alarm.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_alarm_is_its_definition_word_for_word(string name)
    {
        var definition = Definitions.Single(alarm => alarm.Name == name);
        var alarm = (await Rendered.FromAsync(some => some.Alarms())).Named(Alarm, $"alarms-{name}");

        // To the last space, because one machine evaluates the same query.
        Assert.Equal(definition.Query, alarm.Text("query"));
        Assert.Equal(definition.Namespace, alarm.Text("namespace"));
        Assert.Equal(definition.Text, alarm.Text("body"));
        Assert.Equal(definition.Severity.ToString(), alarm.Text("severity"), ignoreCase: true);
        Assert.Equal(definition.Pending, System.Xml.XmlConvert.ToTimeSpan(alarm.Text("pendingDuration")));
        Assert.InRange(definition.Pending, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
        Assert.Equal(
            $"ocid1.onstopic.topics-{(definition.Route == AlarmRoute.Rollback ? "rollback" : "people")}",
            Assert.Single(alarm.Inputs.List("destinations")));
        Assert.Equal($"modelserving-some-{name}", alarm.Text("displayName"));
        // Rollback identifies the alarm by the title of its message, and ignores alarms that are not about models.
        Assert.Equal(
            ModelAlarms.All.SingleOrDefault(known => known.Name == name),
            AlarmNames.Find("modelserving", "some", alarm.Text("displayName")));
        Assert.Equal(
            (SomeEnvironment.Compartment, SomeEnvironment.Compartment),
            (alarm.Text("compartmentId"), alarm.Text("metricCompartmentId")));
    }

    [Fact]
    public async Task Messages_have_the_form_that_Rollback_reads_and_are_repeated()
    {
        var alarms = (await Rendered.FromAsync(some => some.Alarms())).OfType(Alarm).ToList();

        Assert.Equal(Definitions.Length, alarms.Count);
        foreach (var alarm in alarms)
        {
            Assert.Equal(
                "RAW 1.X 1m PT3M",
                $"{alarm.Text("messageFormat")} {alarm.Text("notificationVersion")} {alarm.Text("resolution")} " +
                    $"{alarm.Text("evaluationSlackDuration")}");
            Assert.True((bool)alarm.Inputs["isEnabled"]);
            // From one minute to 30 days.
            Assert.Equal(TimeSpan.FromHours(4), System.Xml.XmlConvert.ToTimeSpan(alarm.Text("repeatNotificationDuration")));
            Assert.Equal(["alarms-rollback"], await alarm.AfterAsync());
        }
    }

    [Fact]
    public async Task Messages_are_split_by_stream_exactly_where_the_query_groups_by_dimensions()
    {
        var alarms = (await Rendered.FromAsync(some => some.Alarms())).OfType(Alarm).ToList();

        // Monitoring tracks one stream of a query that joins streams: https://docs.oracle.com/iaas/Content/Monitoring/Tasks/
        // query-metric-grouping.htm.
        Assert.All(alarms, static alarm => Assert.Equal(
            alarm.Text("query").Contains(".groupBy(", StringComparison.Ordinal),
            (bool)alarm.Inputs["isNotificationsPerMetricDimensionEnabled"]));
        Assert.False((bool)alarms.Single(static alarm => alarm.Name == "alarms-gateway-errors")
            .Inputs["isNotificationsPerMetricDimensionEnabled"]);
        // A second version that fails must not stay silent because a first one fails.
        Assert.All(
            ModelAlarms.All,
            definition => Assert.True((bool)alarms.Single(alarm => alarm.Name == $"alarms-{definition.Name}")
                .Inputs["isNotificationsPerMetricDimensionEnabled"]));
    }

    [Fact]
    public void An_absent_heartbeat_is_watched_by_environment_for_as_long_as_Monitoring_can() =>
        Assert.Equal(
            "Heartbeat[10m].groupBy(environment).absent(3d)",
            ModelAlarms.All.Single(static alarm => alarm.Name == "model-metrics-absent").Query);

    [Fact]
    public async Task The_rollback_topic_calls_the_function_Rollback_which_is_created_first()
    {
        var run = await Rendered.FromAsync(some => some.Alarms());

        var subscription = Assert.Single(run.OfType(Subscription), made => made.Has("protocol", "ORACLE_FUNCTIONS"));
        Assert.Equal("ocid1.fnfunc.functions-rollback", subscription.Text("endpoint"));
        Assert.Equal("ocid1.onstopic.topics-rollback", subscription.Text("topicId"));
        Assert.Equal(["functions-rollback"], await subscription.AfterAsync());
        var policy = JsonNode.Parse(subscription.Text("deliveryPolicy"))!["backoffRetryPolicy"]!;
        Assert.Equal(TimeSpan.FromHours(2), TimeSpan.FromMilliseconds((int)policy["maxRetryDuration"]!));
        Assert.Equal("EXPONENTIAL", (string?)policy["policyType"]);
    }

    [Fact]
    public async Task Both_topics_notify_people_and_only_one_calls_a_function()
    {
        var run = await Rendered.FromAsync(some => some.Alarms("a@example.com", "b@example.com"));

        Assert.Equal(
            ["modelserving-some-people", "modelserving-some-rollback"],
            run.OfType(Topic).Select(topic => topic.Text("name")).Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                "EMAIL a@example.com people",
                "EMAIL a@example.com rollback",
                "EMAIL b@example.com people",
                "EMAIL b@example.com rollback",
                "ORACLE_FUNCTIONS ocid1.fnfunc.functions-rollback rollback",
            ],
            run.OfType(Subscription)
                .Select(made => $"{made.Text("protocol")} {made.Text("endpoint")} {made.Text("topicId").Split('-')[^1]}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Too_many_or_duplicate_addresses_are_refused()
    {
        await Rendered.FromAsync(some => some.Topics([.. Enumerable.Range(0, 9).Select(i => $"{i}@example.com")]));
        Assert.Contains(
            "Emails has 10 addresses",
            await Rendered.RefusalAsync(some => some.Topics([.. Enumerable.Range(0, 10).Select(i => $"{i}@example.com")])),
            StringComparison.Ordinal);
        Assert.Contains(
            "contains an address twice",
            await Rendered.RefusalAsync(some => some.Topics("a@example.com", "A@example.com")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fraud: { stable: { version: 1 } }")]
    [InlineData("fraud: { stable: { version: 3 }, canary: { version: 7, percent: 50 } }, churn: { stable: { version: 1 } }")]
    public async Task Models_canaries_and_weights_do_not_change_alarms(string models)
    {
        var before = Texts(await SomeStack.OfModelsAsync(SomeStack.Canary));
        var after = Texts(await SomeStack.OfModelsAsync(models));

        Assert.NotEmpty(before);
        Assert.Equal(before, after);

        static Dictionary<string, string> Texts(ModelServing.Stacks.RenderedStack run) =>
            run.Texts()
                .Where(static pair => pair.Key.Split(' ')[0] is Alarm
                    or Topic
                    or Subscription || pair.Key.StartsWith("oci:Functions/function:", StringComparison.Ordinal))
                .ToDictionary();
    }
}
