using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The alarms.</summary>
public sealed record AlarmSettings
{
    /// <summary>The most addresses: a topic has 10 subscriptions, and one of them is Rollback's.</summary>
    public const int MostEmails = 9;

    /// <summary>Who is told.</summary>
    [Setting("The e-mail addresses that are told of every alarm, 9 at most. Each gets a message first, and has to confirm it, from either of two topics.", Pattern = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+$", Form = "an e-mail address", Example = "oncall@example.com")]
    public IReadOnlyList<string> Emails { get; init; } = [];
}
