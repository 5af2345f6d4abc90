using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Ons;

namespace ModelServing.Infra.Alarms;

/// <summary>
/// The topics that alarms publish to: <c>rollback</c>, which calls the Rollback function, and <c>people</c>. Both send e-mail to people. A
/// new address first gets a message with a link, and no alarm until someone follows it.
/// </summary>
public sealed class Topics : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing, or there are too many addresses.</exception>
    public Topics(string name, TopicsArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Topics", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<TopicsArgs>().CheckedEmails();
        var tags = args.Names.Tags("alarms");
        Rollback = Topic("rollback", "Alarms that call the Rollback function");
        People = Topic("people", "Alarms that only notify people");
        RegisterOutputs(new Dictionary<string, object?> { ["rollbackTopicId"] = Rollback.TopicId, ["peopleTopicId"] = People.TopicId });

        NotificationTopic Topic(string key, string description)
        {
            var child = new CustomResourceOptions { Parent = this };
            var topic = new NotificationTopic($"{name}-{key}", new NotificationTopicArgs
            {
                CompartmentId = args.CompartmentId,
                Name = args.Names.NameOf(key, NameForm.Topic),
                Description = description,
                FreeformTags = tags,
            }, Protection.OfServing(this, args.DataProtection));
            foreach (var email in args.Emails)
            {
                // Named by the address: adding or removing one keeps the other subscriptions, which people have confirmed.
                _ = new Subscription($"{name}-{key}-{email}", new SubscriptionArgs
                {
                    CompartmentId = args.CompartmentId,
                    TopicId = topic.TopicId,
                    Protocol = "EMAIL",
                    Endpoint = email,
                    FreeformTags = tags,
                }, child);
            }

            return topic;
        }
    }

    /// <summary>The topic that calls the Rollback function; <see cref="AlarmsComponent"/> creates that subscription.</summary>
    public NotificationTopic Rollback { get; }

    /// <summary>The topic that only notifies people.</summary>
    public NotificationTopic People { get; }
}
