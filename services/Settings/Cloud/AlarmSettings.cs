using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record AlarmSettings
{
    /// <summary>The largest number of addresses. A topic has 10 subscriptions, and one of them is Rollback's.</summary>
    public const int MaxEmails = 9;

    internal const string EmailPattern = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+$";

    [Setting(
        "The e-mail addresses that receive every alarm, at most 9. Each address first gets a message from each of two topics and must "
        + "confirm both.",
        Pattern = EmailPattern,
        Form = "an e-mail address",
        Example = "oncall@example.com")]
    public IReadOnlyList<string> Emails { get; init; } = [];
}
