using CsCheck;
using ModelServing.Features.Events.Log;

namespace ModelServing.Services.Tests.Features.Events.Log;

public class SequenceRangesTests
{
    [Fact]
    public void It_is_a_set_of_sequences() => Gen.Long[1, 60].Array[0, 80].Sample(sequences =>
    {
        var (ranges, set) = (new SequenceRanges(), new HashSet<long>());
        foreach (var sequence in sequences)
            Assert.Equal(set.Add(sequence), ranges.Add(sequence));
        Assert.Equal(set.Count == 0 ? 0 : set.Max(), ranges.Last);
        Assert.Equal(ranges.Last - set.Count, ranges.Missing);
    });

    [Fact]
    public void Nothing_is_missing_between_two_epochs()
    {
        var ranges = new SequenceRanges();
        var second = EventSequence.FirstOf(1);
        foreach (var sequence in (long[])[1, 2, second, second + 2])
            Assert.True(ranges.Add(sequence));
        Assert.Equal((1, second + 2), (ranges.Missing, ranges.Last));
    }
}
