using System.Buffers.Binary;
using System.Security.Cryptography;
using ModelServing.Cache;
using ModelServing.Cache.Features;

namespace ModelServing.OnlineStore;

/// <summary>
/// The numbers of fills. A later fill of a view has a larger one, and a value of a smaller one never replaces a value of a larger one. So a
/// process that slept while it filled a view can't spoil the values of the next fill. A number begins with the time, because the cache may
/// forget which one was the last.
/// </summary>
internal static class FillNumber
{
    // Below the milliseconds since 1970. The numbers of earlier releases were random, and nearly all of them are above the limit.
    private const int RandomBits = 16;
    private const ulong Limit = 1UL << 60;

    /// <summary>Whether one fill began after another.</summary>
    internal static bool IsLater(ulong number, ulong other) => Rank(number) > Rank(other);

    /// <summary>The number of the next fill. The caller holds the lock of fills.</summary>
    /// <exception cref="CacheException">The numbers before can't be read.</exception>
    internal static async Task<ulong> NextAsync(ViewStore view, TimeProvider time, CancellationToken cancellation)
    {
        var read = await view.Values.ReadAsync([view.Keys.LastFill, view.Keys.Marker], cancellation);
        var last = Math.Max(Rank(Parse(read[0])), Rank(ViewMarker.Parse(read[1])?.FillNumber ?? 0));
        var now = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << RandomBits;
        return Math.Max(last + 1, now | BinaryPrimitives.ReadUInt16LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ushort))));
    }

    /// <summary>Makes the numbers of further fills larger than one that was found, because the cache forgot it.</summary>
    /// <exception cref="CacheException">It may not be written.</exception>
    internal static Task PassAsync(ViewStore view, ulong found, CancellationToken cancellation) => view.Values.UpdateAsync(
        [view.Keys.LastFill], (_, old) => IsLater(found, Parse(old)) ? Write(found) : null, view.Kept, cancellation);

    /// <summary>What notes a number as the last one.</summary>
    internal static FeatureWrite Note(ViewStore view, ulong number) => new(view.Keys.LastFill, Write(number));

    private static ulong Rank(ulong number) => number < Limit ? number : 0;

    private static ulong Parse(byte[]? value) => value?.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(value) : 0;

    private static byte[] Write(ulong number)
    {
        var value = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(value, number);
        return value;
    }
}
