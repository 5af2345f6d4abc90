namespace ModelServing.Bench.Features;

/// <summary>The figures of reading a number of entities, in milliseconds: 99th percentiles, and two medians.</summary>
/// <param name="Entities">The entities of a read.</param>
/// <param name="Keys">The keys that it reads: a state for each entity and view, and a marker for each view.</param>
/// <param name="LimitMilliseconds">What a read may take.</param>
/// <param name="Read">Read with services/OnlineStore, until all features are computed.</param>
/// <param name="RawGets">As many GETs over a plain socket, until the last byte.</param>
/// <param name="ReadMedian">The median of <paramref name="Read"/>.</param>
/// <param name="RawMedian">The median of <paramref name="RawGets"/>.</param>
/// <param name="BenchmarkGets">As many GETs by redis-benchmark, which stops its clock at the first byte.</param>
/// <param name="BenchmarkMget">One MGET of as many keys by redis-benchmark.</param>
internal sealed record StoreFigures(
    int Entities, int Keys, double LimitMilliseconds, double Read, double RawGets, double ReadMedian, double RawMedian,
    double BenchmarkGets, double BenchmarkMget)
{
    /// <summary>How much longer a read takes than as many raw GETs.</summary>
    public double Ratio => Read / RawGets;
}
