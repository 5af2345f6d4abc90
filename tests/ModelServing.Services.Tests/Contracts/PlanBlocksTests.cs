using System.IO.Compression;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Router;

namespace ModelServing.Services.Tests.Contracts;

/// <summary>How a large plan is compressed.</summary>
public class PlanBlocksTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(5000)]
    public void The_blocks_are_gzip_and_fill_it_one_after_another(int models)
    {
        var text = ManyModels.Plan(models).ToUtf8();
        var compressed = PlanBlocks.Compress(text);
        Assert.True(PlanBlocks.IsGzip(compressed));
        Assert.False(PlanBlocks.IsGzip(text));
        Assert.Equal(text, Unzip(compressed));

        var blocks = PlanBlocks.In(compressed)!;
        Assert.Equal(0, blocks[0].Start);
        Assert.Equal(compressed.Length, blocks[^1].End);
        Assert.All(blocks.Zip(blocks.Skip(1)), static pair => Assert.Equal(pair.First.End, pair.Second.Start));
        Assert.Equal(text.Length, blocks.Sum(static block => block.TextLength));
        Assert.Equal(0, blocks[^1].TextLength);
        // Some blocks are shorter than the mean, and none is longer than the format allows.
        Assert.InRange(blocks.Count, 2, 2 + (models / 8));
        Assert.InRange(blocks.Max(static block => block.TextLength), 1, 65_536);
        // Each is a file of gzip of its own.
        var at = 0;
        foreach (var block in blocks)
        {
            Assert.Equal(text[at..(at + block.TextLength)], Unzip(compressed[block.Start..block.End]));
            at += block.TextLength;
        }
    }

    [Fact]
    public void A_model_that_changes_comes_or_goes_changes_one_block_or_two()
    {
        var plan = ManyModels.Plan(2000);
        var before = BlocksOf(PlanBlocks.Compress(plan.ToUtf8()));
        foreach (var number in (int[])[0, 1, 700, 701, 1999])
        {
            Assert.Equal((1, 1), Changed(plan.WithWeight(number, 700)));
            var without = ManyModels.Plan(2000);
            without.Rollouts.Remove(ManyModels.Name(number));
            var (come, gone) = Changed(without);
            Assert.InRange(come, 0, 2);
            Assert.InRange(gone, 1, 2);
        }

        (int Come, int Gone) Changed(PlanDocument other)
        {
            var after = BlocksOf(PlanBlocks.Compress(other.ToUtf8()));
            return (after.Except(before).Count(), before.Except(after).Count());
        }
    }

    [Fact]
    public void A_text_without_lines_is_cut_where_the_format_ends()
    {
        foreach (var text in (byte[][])[[], new byte[1], new byte[65_280], new byte[200_000]])
        {
            var compressed = PlanBlocks.Compress(text);
            Assert.NotNull(PlanBlocks.In(compressed));
            Assert.Equal(text, Unzip(compressed));
        }

        // What can't be compressed becomes longer.
        var random = new byte[200_000];
        new Random(1).NextBytes(random);
        Assert.Equal(random, Unzip(PlanBlocks.Compress(random)));
    }

    [Fact]
    public void Other_gzip_has_no_blocks()
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write("{}"u8);
        Assert.Null(PlanBlocks.In(to.ToArray()));
        byte[] text = [];
        Assert.Equal(2, PlanBlocks.Decompress(to.ToArray(), ref text));
        Assert.Equal("{}", Encoding.UTF8.GetString(text, 0, 2));
        Assert.Null(PlanBlocks.In([.. PlanBlocks.Compress("{}"u8), 1]));
    }

    [Fact]
    public void Damaged_blocks_are_refused_and_never_end_in_another_exception()
    {
        var text = ManyModels.Plan(300).ToUtf8();
        var compressed = PlanBlocks.Compress(text);
        var random = new Random(2);
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var damaged = compressed.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Next(10) == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            _ = PlanBlocks.In(damaged);
            byte[] buffer = [];
            try
            {
                var length = PlanBlocks.Decompress(damaged, ref buffer);
                // Only parts of a header that mean nothing here may differ, or whole blocks may be missing.
                Assert.Equal(text[..length], buffer[..length]);
            }
            catch (ContractException e)
            {
                Assert.Contains("can't be decompressed", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 2000);
    }

    private static List<string> BlocksOf(byte[] compressed) =>
        PlanBlocks.In(compressed)!.Select(block => Convert.ToHexString(compressed.AsSpan(block.Start, block.Length))).ToList();

    private static byte[] Unzip(byte[] compressed)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var to = new MemoryStream();
        gzip.CopyTo(to);
        return to.ToArray();
    }
}
