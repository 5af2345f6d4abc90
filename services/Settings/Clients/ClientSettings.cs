using ModelServing.Contracts;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Clients;

/// <summary>A client with API keys: the value under its name in <c>modelserving:clients</c>.</summary>
public sealed record ClientSettings
{
    internal const string MinRate = "0.0001";
    internal const string MaxRate = "1000000";
    internal const string MaxBurst = "1000000";

    [Setting(
        "The SHA-256 hash of each API key of the client. There are two while one key replaces another. `ms keys new CLIENT` makes a key "
        + "and prints how to add it.",
        Pattern = ApiKey.HashPattern,
        Form = "the SHA-256 hash of a key",
        Example = "9f86...0a08 (64 digits, 0-9 and a-f)")]
    public required IReadOnlyList<string> KeyHashes { get; init; }

    [Setting(
        "The permissions of the client. A `caller` sends requests to models. A `tester` may also choose the variant that answers "
        + "(`X-Model-Variant`). A `reporter` posts outcomes, and may do nothing else. An `operator` may do all of this, and use the "
        + "admin API.")]
    public ClientRole Role { get; init; } = ClientRole.Caller;

    [Setting(
        "The requests per second that each router accepts from the client in the long run. By default, the rate is unlimited.",
        Min = MinRate,
        Max = MaxRate)]
    public decimal? RequestsPerSecond { get; init; }

    [Setting(
        "The number of requests that the client may send at once after a pause. By default, the requests of one second, but at least one.",
        Min = "1",
        Max = MaxBurst)]
    public int? Burst { get; init; }
}
