using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace ModelServing.Cache;

/// <summary>The cache keys of one trial. A sharded cache derives a key's slot from the text between the braces, so all are in one
/// slot.</summary>
internal sealed partial class CacheKeys
{
    private readonly string tag;

    internal CacheKeys(string environment, VersionTrial trial)
    {
        var tag = string.Create(CultureInfo.InvariantCulture, $"{{ms:{Checked(environment)}:{trial.Model}:{trial.Version}:{trial.Trial}}}");
        Counts = $"{tag}:counts";
        Routers = $"{tag}:numbers";
        Keys = $"{tag}:keys";
        Slots = $"{tag}:slots";
        Holders = $"{tag}:holders";
        this.tag = tag;
    }

    /// <summary>A hash from a router's incarnation to its counts.</summary>
    internal RedisKey Counts { get; }

    /// <summary>A hash from a number to the incarnation of the router that took it.</summary>
    internal RedisKey Routers { get; }

    /// <summary>A hash from a routing key's hash to the minute of its last failure.</summary>
    internal RedisKey Keys { get; }

    /// <summary>A sorted set of the slots for counts, by the time until which each is taken.</summary>
    internal RedisKey Slots { get; }

    /// <summary>A hash from a slot to the program that took it last.</summary>
    internal RedisKey Holders { get; }

    /// <summary>Exists while further lost connections to an endpoint count as the same loss.</summary>
    internal RedisKey LossOf(string endpoint) => $"{tag}:lost:{endpoint}";

    /// <summary>Returns an environment's name that is valid in a key.</summary>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    internal static string Checked(string environment) => Form.IsMatch(environment)
        ? environment
        : throw new ArgumentException($"'{environment}' is not an environment's name: 1 to 64 of a-z, 0-9 and '-'", nameof(environment));

    [GeneratedRegex(@"\A[a-z0-9-]{1,64}\z")]
    private static partial Regex Form { get; }
}
