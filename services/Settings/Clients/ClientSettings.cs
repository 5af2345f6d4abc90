using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Clients;

/// <summary>A client that has API keys: what stands under its name in <c>modelserving:clients</c>.</summary>
public sealed record ClientSettings
{
    internal const string LeastRate = "0.0001";
    internal const string MostRate = "1000000";
    internal const string MostBurst = "1000000";

    /// <summary>The hashes of its keys.</summary>
    [Setting("The SHA-256 of each of its API keys; two while one replaces the other. `ms keys new CLIENT` makes a key and says how to add it.", Pattern = ApiKey.HashPattern, Form = "the SHA-256 of a key", Example = "64 digits of 0-9a-f")]
    public required IReadOnlyList<string> KeyHashes { get; init; }

    /// <summary>What it may do.</summary>
    [Setting("What it may do: a `caller` asks models, a `tester` also names the variant that answers (`X-Model-Variant`), an `operator` also uses the admin API.")]
    public ClientRole Role { get; init; } = ClientRole.Caller;

    /// <summary>How much it may ask in the long run; null for no limit.</summary>
    [Setting("The requests per second that each router lets through in the long run. Without it there is no limit.", Least = LeastRate, Most = MostRate)]
    public decimal? RequestsPerSecond { get; init; }

    /// <summary>How much it may ask at once; null is what a second brings, and one at the least.</summary>
    [Setting("The requests that may come at once after a pause. Without it as many as a second brings, and one at the least.", Least = "1", Most = MostBurst)]
    public int? Burst { get; init; }
}
