using System.Globalization;
using System.IO.Hashing;
using System.Numerics;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Rollout.Guard;

/// <summary>Divides clients into groups, so that the guard can tell whether one client's failures alone are the evidence.</summary>
/// <remarks>Two clients of a trial are in one group with a probability of 1 / <see cref="Count"/>; they then count as one client. The next
/// trial divides them differently.</remarks>
public static class ClientGroups
{
    /// <summary>The number of groups.</summary>
    public const int Count = 32;

    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Returns a client's group, from 0.</summary>
    /// <param name="clientHash">The hash of the client's name, the same in every router.</param>
    /// <param name="trialHash">The hash of the trial, the same in every router.</param>
    public static int GroupOf(ulong clientHash, ulong trialHash) => (int)(Mixed(clientHash ^ Mixed(trialHash)) >> 59);

    /// <summary>Returns the hash of a trial, the same in every program.</summary>
    public static ulong HashOf(ModelName model, ModelVersion version, int trial) => XxHash3.HashToUInt64(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{model}/{version}/{trial}")));

    /// <summary>Returns a routing key that is the client's own: two clients that use the same key have two.</summary>
    public static ulong KeyWithin(ulong clientHash, ulong keyHash) => keyHash ^ BitOperations.RotateLeft(Mixed(clientHash), 17);

    // The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
    private static ulong Mixed(ulong value)
    {
        value += Golden;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
