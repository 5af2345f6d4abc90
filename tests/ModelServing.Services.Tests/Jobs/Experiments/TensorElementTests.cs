using ModelServing.Jobs.Experiments;
using ModelServing.Services.Tests.Predictions;

namespace ModelServing.Services.Tests.Jobs.Experiments;

public class TensorElementTests
{
    [Theory]
    [InlineData("p", new long[] { 1, 1 }, new[] { 0.5f }, 0.5)]
    [InlineData("p", new long[] { 1 }, new[] { 0.5f }, 0.5)]
    [InlineData("p[1]", new long[] { 1, 2 }, new[] { 0.25f, 0.75f }, 0.75)]
    [InlineData("p[1]", new long[] { 2 }, new[] { 0.25f, 0.75f }, 0.75)]
    public void A_number_is_found(string text, long[] shape, float[] elements, double expected) =>
        Assert.Equal(expected, new TensorElement(text).Find([SomeRecord.Floats("other", [1], 9), SomeRecord.Floats("p", shape, elements)]));

    [Theory]
    [InlineData("q", new long[] { 1, 1 }, new[] { 0.5f })]
    [InlineData("p", new long[] { 1, 2 }, new[] { 0.25f, 0.75f })]
    [InlineData("p[2]", new long[] { 1, 2 }, new[] { 0.25f, 0.75f })]
    [InlineData("p[1]", new long[] { 2, 1 }, new[] { 0.25f, 0.75f })]
    [InlineData("p", new long[] { 1 }, new[] { float.NaN })]
    public void What_is_not_one_number_of_one_row_is_not_found(string text, long[] shape, float[] elements) =>
        Assert.Null(new TensorElement(text).Find([SomeRecord.Floats("p", shape, elements)]));

    [Fact]
    public void Whole_numbers_and_flags_are_numbers_and_a_text_or_a_hash_is_not()
    {
        var hashed = SomeRecord.Floats("p", [1], 1);
        hashed.Omitted = "hashed";
        Assert.Equal(7, new TensorElement("p").Find([SomeRecord.Tensor("p", "INT64", [1], 7L)]));
        Assert.Equal(1, new TensorElement("p").Find([SomeRecord.Tensor("p", "BOOL", [1], true)]));
        Assert.Null(new TensorElement("p").Find([SomeRecord.Texts("p", [1], "1")]));
        Assert.Null(new TensorElement("p").Find([hashed]));
    }
}
