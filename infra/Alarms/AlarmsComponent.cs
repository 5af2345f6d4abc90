using System.Globalization;
using ModelServing.Contracts.Monitoring;
using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Monitoring;
using Pulumi.Oci.Ons;

namespace ModelServing.Infra.Alarms;

/// <summary>
/// The alarms, and the subscription through which the topic <c>rollback</c> calls the Rollback function. There is one alarm for each
/// <see cref="AlarmDefinition"/>, whatever the models are, because a changed alarm needs minutes until it works. The queries are passed
/// on word for word.
/// </summary>
public sealed class AlarmsComponent : ComponentResource
{
    // How often queries are evaluated; Monitoring offers no other interval.
    private const string EachMinute = "1m";

    // The version of messages that Rollback can read. Before it can change, Rollback must learn to read the new one.
    private const string MessageVersion = "1.X";

    // Delivery is tried at once, then for two hours at growing intervals. This is the service's default, stated here so it cannot change.
    private const string Delivery = """{"backoffRetryPolicy":{"maxRetryDuration":7200000,"policyType":"EXPONENTIAL"}}""";

    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public AlarmsComponent(string name, AlarmsArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Alarms", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<AlarmsArgs>();
        var tags = args.Names.Tags("alarms");
        // A function need not confirm its subscription: it is called from the first message on.
        var rollback = new Subscription($"{name}-rollback", new SubscriptionArgs
        {
            CompartmentId = args.CompartmentId,
            TopicId = args.Topics.Rollback.TopicId,
            Protocol = "ORACLE_FUNCTIONS",
            Endpoint = args.Rollback.Id,
            DeliveryPolicy = Delivery,
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this, DependsOn = { args.Rollback } });

        foreach (var alarm in args.Definitions)
        {
            _ = new Alarm($"{name}-{alarm.Name}", new AlarmArgs
            {
                CompartmentId = args.CompartmentId,
                MetricCompartmentId = args.CompartmentId,
                DisplayName = NameForm.DisplayName.Check(AlarmNames.From(args.Names.Project, args.Names.Environment, alarm.Name)),
                Namespace = alarm.Namespace,
                Query = alarm.Query,
                Resolution = EachMinute,
                PendingDuration = Minutes(alarm.Pending),
                EvaluationSlackDuration = Minutes(ModelAlarms.Slack),
                Severity = alarm.Severity.ToString().ToUpperInvariant(),
                Body = alarm.Text,
                IsEnabled = true,
                IsNotificationsPerMetricDimensionEnabled = alarm.IsSplit,
                RepeatNotificationDuration = Minutes(alarm.Repeat),
                MessageFormat = "RAW",
                NotificationVersion = MessageVersion,
                Destinations = [alarm.Route == AlarmRoute.Rollback ? args.Topics.Rollback.TopicId : args.Topics.People.TopicId],
                FreeformTags = tags,
                // The subscription comes first, so even the first message reaches Rollback.
            }, new CustomResourceOptions { Parent = this, DependsOn = { rollback } });
        }

        RegisterOutputs();
    }

    // ISO 8601, in whole minutes.
    private static string Minutes(TimeSpan time) => $"PT{((int)time.TotalMinutes).ToString(CultureInfo.InvariantCulture)}M";
}
