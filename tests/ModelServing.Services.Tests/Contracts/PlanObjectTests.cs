using System.IO.Compression;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Router;

namespace ModelServing.Services.Tests.Contracts;

/// <summary>How a plan fits into a ConfigMap.</summary>
public class PlanObjectTests
{
    [Fact]
    public void A_plan_that_fits_stays_a_text_for_people_to_read()
    {
        var plan = ManyModels.Plan(1000);
        var stored = PlanObject.From(plan);
        Assert.Null(stored.Compressed);
        Assert.Equal(plan.ToUtf8(), stored.ToUtf8());
        Assert.InRange(stored.Length, 400_000, PlanObject.MaxBytes);
    }

    [Fact]
    public void A_larger_plan_is_compressed_and_equal_plans_give_equal_bytes()
    {
        var plan = ManyModels.Plan(5000);
        var stored = PlanObject.From(plan);
        Assert.Null(stored.Text);
        Assert.InRange(stored.Length, 1, PlanObject.MaxBytes / 4);
        Assert.Equal(plan.ToUtf8(), stored.ToUtf8());
        Assert.Equal(5000, PlanDocument.Parse(stored.ToUtf8()).Rollouts.Count);
        Assert.Equal(stored.Compressed, PlanObject.From(ManyModels.Plan(5000)).Compressed);
    }

    [Fact]
    public void What_is_not_one_plan_is_refused_with_the_reason()
    {
        Assert.Contains("no key plan.json", Refused(new PlanObject(null, null)), StringComparison.Ordinal);
        Assert.Contains("unclear which one", Refused(new PlanObject("{}", Compress("{}"u8))), StringComparison.Ordinal);
        Assert.Contains("can't be decompressed", Refused(new PlanObject(null, "no gzip"u8.ToArray())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_object_that_decompresses_to_a_huge_one_is_refused_before_it_fills_the_memory()
    {
        var bomb = Compress(new byte[PlanDocument.MaxBytes + 1]);
        Assert.InRange(bomb.Length, 1, PlanDocument.MaxBytes / 50);
        Assert.Contains("decompresses to more than", Refused(new PlanObject(null, bomb)), StringComparison.Ordinal);
        Assert.Equal(PlanDocument.MaxBytes, new PlanObject(null, Compress(new byte[PlanDocument.MaxBytes])).ToUtf8().Length);
    }

    private static string Refused(PlanObject stored) => Assert.Throws<ContractException>(stored.ToUtf8).Message;

    private static byte[] Compress(ReadOnlySpan<byte> bytes)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return to.ToArray();
    }
}
