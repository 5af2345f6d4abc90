using ModelServing.Contracts;

namespace ModelServing.Router.Metrics;

/// <summary>The bytes of what a router counted of a model's variants, which routers exchange through the cache. Another format, or damage,
/// is not read.</summary>
/// <remarks>
/// <code>
/// format, 1 byte: 1
/// number of variants, then for each: name, version, trial, requests, minutes, shares of the last minute
/// minutes, shares: number of those with attempts, then for each: age, requests, errors, refused, buckets
/// buckets: number of those with latencies, then for each: bucket, count
/// </code>
/// Numbers are of variable length, seven bits in each byte. A name is its length and UTF-8.
/// </remarks>
internal static class TrafficFormat
{
    private const byte Format = 1;
    private const int MostVariants = 64;

    // Sums of several must not overflow.
    private const int MostOfBucket = int.MaxValue / 64;
    private const long MostAttempts = long.MaxValue / 1024;

    internal static byte[] Write(IReadOnlyDictionary<VariantRun, AttemptHistory> variants)
    {
        var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
        {
            writer.Write(Format);
            writer.Write7BitEncodedInt(Math.Min(variants.Count, MostVariants));
            foreach (var (run, history) in variants.Take(MostVariants))
            {
                writer.Write(run.Variant);
                writer.Write7BitEncodedInt(run.Version.Number);
                writer.Write7BitEncodedInt(run.Trial);
                writer.Write7BitEncodedInt64(history.Requests);
                Write(writer, history.ByMinute);
                Write(writer, history.ByShare);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Null for bytes that are not of this format.</summary>
    internal static IReadOnlyDictionary<VariantRun, AttemptHistory>? Read(ReadOnlyMemory<byte> bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()));
        try
        {
            if (reader.ReadByte() != Format)
                return null;
            var variants = new Dictionary<VariantRun, AttemptHistory>();
            for (var left = Below(reader, MostVariants + 1); left > 0; left--)
            {
                var run = new VariantRun(
                    reader.ReadString(), new ModelVersion(reader.Read7BitEncodedInt()), Below(reader, int.MaxValue));
                var history = new AttemptHistory { Requests = Count(reader) };
                Read(reader, history.ByMinute);
                Read(reader, history.ByShare);
                variants.Add(run, history);
            }

            return reader.BaseStream.Position == reader.BaseStream.Length ? variants : null;
        }
        catch (Exception e) when (e is FormatException or IOException or ArgumentException)
        {
            return null;
        }
    }

    private static void Write(BinaryWriter writer, AttemptCounts?[] periods)
    {
        writer.Write7BitEncodedInt(periods.Count(static one => one is not null));
        foreach (var (age, counts) in periods.Index())
        {
            if (counts is null)
                continue;
            writer.Write7BitEncodedInt(age);
            writer.Write7BitEncodedInt64(counts.Requests);
            writer.Write7BitEncodedInt64(counts.Errors);
            writer.Write7BitEncodedInt64(counts.Refused);
            var buckets = counts.Latencies.Counted().ToList();
            writer.Write7BitEncodedInt(buckets.Count);
            foreach (var (bucket, count) in buckets)
            {
                writer.Write7BitEncodedInt(bucket);
                writer.Write7BitEncodedInt(count);
            }
        }
    }

    private static void Read(BinaryReader reader, AttemptCounts?[] periods)
    {
        for (var left = Below(reader, periods.Length + 1); left > 0; left--)
        {
            var counts = periods[Below(reader, periods.Length)] = new AttemptCounts();
            counts.Add(Count(reader), Count(reader), Count(reader));
            for (var buckets = Below(reader, LatencyCounts.Count + 1); buckets > 0; buckets--)
                counts.Latencies.Add(Below(reader, LatencyCounts.Count), Below(reader, MostOfBucket));
        }
    }

    private static int Below(BinaryReader reader, int end) =>
        reader.Read7BitEncodedInt() is >= 0 and var number && number < end ? number : throw new FormatException();

    private static long Count(BinaryReader reader) =>
        reader.Read7BitEncodedInt64() is >= 0 and <= MostAttempts and var number ? number : throw new FormatException();
}
