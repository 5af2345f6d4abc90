using ModelServing.Inference.Models;

namespace ModelServing.Services.Tests.Inference.Models;

public class SharedWorkTests
{
    [Theory]
    [InlineData(1, 0, 0, 1)]
    [InlineData(1, 31, 0, 1 / 32.0)]
    [InlineData(1, 3, 4, 0.5)]
    [InlineData(4, 4, 0, 0.5)]
    [InlineData(30, 1, 1, 31 / 32.0)]
    public void The_rows_of_the_one_other_client_that_has_most_do_not_count(int own, int other, int another, double part)
    {
        var rows = new int[CallerGroup.Count];
        (rows[7], rows[0], rows[CallerGroup.Pinned.Index]) = (own, other, another);

        Assert.Equal(part, SharedWork.PartOf(CallerGroup.Client(7), rows), 12);
    }
}
