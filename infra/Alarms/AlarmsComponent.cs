using System.Globalization;
using ModelServing.Contracts.Monitoring;
using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Monitoring;
using Pulumi.Oci.Ons;

namespace ModelServing.Infra.Alarms;

/// <summary>
/// The alarms: one for each <see cref="AlarmDefinition"/>, whatever models there are, since a changed alarm takes minutes to act; and the
/// subscription by which one that leads to a rollback calls the Rollback function. Contracts has the queries; they are passed on as they are.
/// </summary>
public sealed class AlarmsComponent : ComponentResource
{
    // What a query is evaluated at; Monitoring has no other.
    private const string EachMinute = "1m";

    // Of the message that Rollback reads, for good; a newer one would have to be read first.
    private const string MessageVersion = "1.X";

    // At once, and then for two hours at longer and longer intervals: the service's own, said here so that it stays.
    private const string Delivery = """{"backoffRetryPolicy":{"maxRetryDuration":7200000,"policyType":"EXPONENTIAL"}}""";

    /// <summary>Makes the alarms.</summary>
    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public AlarmsComponent(string name, AlarmsArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Alarms", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<AlarmsArgs>();
        var tags = args.Names.Tags("alarms");
        // A function confirms nothing: it is called from the first message on.
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
                // Without it a second version that fails while a first one does is told to nobody.
                IsNotificationsPerMetricDimensionEnabled = true,
                MessageFormat = "RAW",
                NotificationVersion = MessageVersion,
                Destinations = [alarm.Route == AlarmRoute.Rollback ? args.Topics.Rollback.TopicId : args.Topics.People.TopicId],
                FreeformTags = tags,
                // What fires first has somebody to call.
            }, new CustomResourceOptions { Parent = this, DependsOn = { rollback } });
        }

        RegisterOutputs();
    }

    // ISO 8601, of whole minutes.
    private static string Minutes(TimeSpan time) => $"PT{((int)time.TotalMinutes).ToString(CultureInfo.InvariantCulture)}M";
}
