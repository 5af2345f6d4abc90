using System.IO.Hashing;
using CsCheck;
using ModelServing.Features.Engine.Columns;

namespace ModelServing.Services.Tests.Features.Engine.Columns;

public class DistinctSketchTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(10, 0)]
    [InlineData(100, 0.1)]
    [InlineData(1_000, 0.1)]
    [InlineData(100_000, 0.1)]
    [InlineData(1_000_000, 0.1)]
    public void Its_estimate_is_near_the_number_of_values(int values, double error)
    {
        // Three times the standard error of 1,024 registers, 3.25%.
        var estimate = Estimate([.. Enumerable.Range(0, values).Select(static value => (long)value)]);
        Assert.InRange(estimate, values * (1 - error), values * (1 + error));
    }

    [Fact]
    public void The_union_of_sketches_is_the_sketch_of_all_values() => Gen.Long[0, 2000].Array[0, 700].Array[1, 4].Sample(parts =>
    {
        var union = new RegisterUnion();
        foreach (var part in parts)
            Sketch(part).MergeInto(union);
        Assert.Equal(Estimate([.. parts.SelectMany(static part => part)]), union.Estimate());
        Assert.Equal(DistinctEstimate.From(union.Registers), union.Estimate());
    });

    private static long Estimate(IReadOnlyCollection<long> values)
    {
        var union = new RegisterUnion();
        Sketch(values).MergeInto(union);
        return union.Estimate();
    }

    private static DistinctSketch Sketch(IEnumerable<long> values)
    {
        var sketch = new DistinctSketch();
        foreach (var value in values)
            sketch.Add(XxHash64.HashToUInt64(BitConverter.GetBytes(value)));
        return sketch;
    }
}
