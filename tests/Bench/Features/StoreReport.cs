using System.Globalization;

namespace ModelServing.Bench.Features;

/// <summary>The figures of the online store.</summary>
/// <param name="Features">The number of features of all views.</param>
/// <param name="Views">The number of views.</param>
/// <param name="ValueBytes">The mean size of a value.</param>
/// <param name="Reads">The figures of each number of entities.</param>
internal sealed record StoreReport(int Features, int Views, int ValueBytes, IReadOnlyList<StoreFigures> Reads)
{
    internal void Print(TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"online store on redis-server, {Features} features in {Views} views, values of {ValueBytes} bytes; 99th percentiles in ms:"));
        output.WriteLine("| entities | read / raw GETs (at most 2) | read | at most | raw GETs | "
            + "median read | median raw GETs | redis-benchmark GET | redis-benchmark MGET | keys |");
        output.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var read in Reads)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {read.Entities} | {read.Ratio:0.00} | {read.Read:0.000} | {read.LimitMilliseconds} | {read.RawGets:0.000} | "
                    + $"{read.ReadMedian:0.000} | {read.RawMedian:0.000} | "
                    + $"{read.BenchmarkGets:0.000} | {read.BenchmarkMget:0.000} | {read.Keys} |"));
        }
    }
}
