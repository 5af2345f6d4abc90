using System.Text;
using ModelServing.Contracts;
using ModelServing.Router.Sources;

namespace ModelServing.Services.Tests.Router.Sources;

public class PlanReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_changed_model_is_read_anew_and_all_others_keep_their_objects(bool isCompressed)
    {
        var reader = new PlanReader();
        var plan = ManyModels.Plan(1000);
        var (first, _, all) = reader.Read(Bytes(plan, isCompressed));
        Assert.Equal(1000, all.Count);
        var (next, _, changed) = reader.Read(Bytes(plan.WithWeight(500, 700), isCompressed));
        Assert.Equal([ManyModels.Name(500)], changed);
        Assert.Equal(700, next.Rollouts[ManyModels.Name(500)].Variants[0].Weight);
        Assert.All(
            next.Rollouts.Where(static pair => pair.Key != ManyModels.Name(500)),
            pair => Assert.Same(first.Rollouts[pair.Key], pair.Value));
    }

    [Fact]
    public void Models_between_two_that_changed_keep_their_objects()
    {
        var reader = new PlanReader();
        var plan = ManyModels.Plan(10);
        var first = reader.Read(plan.ToUtf8()).Plan;
        var (next, _, changed) = reader.Read(plan.WithWeight(2, 700).WithWeight(6, 800).ToUtf8());
        Assert.Equal([ManyModels.Name(2), ManyModels.Name(6)], changed);
        Assert.All(next.Rollouts.Where(pair => !changed.Contains(pair.Key)), pair => Assert.Same(first.Rollouts[pair.Key], pair.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Models_that_come_and_go_are_changes_too(bool isCompressed)
    {
        var reader = new PlanReader();
        reader.Read(Bytes(ManyModels.Plan(10), isCompressed));
        Assert.Equal([ManyModels.Name(10), ManyModels.Name(11)], reader.Read(Bytes(ManyModels.Plan(12), isCompressed)).Changed);
        Assert.Equal([.. Enumerable.Range(5, 7).Select(ManyModels.Name)], reader.Read(Bytes(ManyModels.Plan(5), isCompressed)).Changed);
        Assert.Empty(reader.Read(Bytes(ManyModels.Plan(5), isCompressed)).Changed);
    }

    [Fact]
    public void A_plan_that_outgrows_a_ConfigMap_is_compressed_and_back_and_no_model_changes()
    {
        var reader = new PlanReader();
        var plan = ManyModels.Plan(300);
        reader.Read(Bytes(plan, isCompressed: false));
        foreach (var isCompressed in (bool[])[true, true, false, true])
            Assert.Empty(reader.Read(Bytes(plan, isCompressed)).Changed);
        // A text in between must not be taken for the one that the blocks held.
        reader.Read(Bytes(ManyModels.Plan(299), isCompressed: false));
        Assert.Equal([ManyModels.Name(299)], reader.Read(Bytes(plan, isCompressed: true)).Changed);
        Assert.Equal(plan.ToUtf8(), reader.Read(Bytes(plan, isCompressed: true)).Plan.ToUtf8());
    }

    [Fact]
    public void A_change_that_came_with_a_refused_plan_is_read_with_the_next_one()
    {
        var reader = new PlanReader();
        var plan = ManyModels.Plan(300);
        reader.Read(Bytes(plan, isCompressed: true));
        var changed = plan.WithWeight(10, 700);
        var text = Encoding.UTF8.GetString(changed.ToUtf8());
        // The fault is in another block.
        var refused = text.Insert(text.IndexOf("\"model-00290\"", StringComparison.Ordinal), "}");
        Assert.Throws<ContractException>(() => reader.Read(PlanBlocks.Compress(Encoding.UTF8.GetBytes(refused))));
        var next = reader.Read(Bytes(changed, isCompressed: true));
        Assert.Equal([ManyModels.Name(10)], next.Changed);
        Assert.Equal(changed.ToUtf8(), next.Plan.ToUtf8());
    }

    [Fact]
    public void The_last_model_of_many_blocks_comes_and_goes()
    {
        var reader = new PlanReader();
        reader.Read(Bytes(ManyModels.Plan(300), isCompressed: true));
        foreach (var models in (int[])[301, 300, 302, 301])
        {
            var plan = ManyModels.Plan(models);
            Assert.Equal(plan.ToUtf8(), reader.Read(Bytes(plan, isCompressed: true)).Plan.ToUtf8());
            // A change outside of all models makes the reader read the whole text.
            var spaced = reader.Read(PlanBlocks.Compress([.. plan.ToUtf8(), (byte)' ']));
            Assert.Equal(plan.ToUtf8(), spaced.Plan.ToUtf8());
        }
    }

    [Fact]
    public void Only_blocks_that_differ_are_decompressed()
    {
        var (known, plan) = (new KnownBlocks(), ManyModels.Plan(2000));
        var before = Bytes(plan, isCompressed: true);
        var whole = known.Differing(before, PlanBlocks.In(before)!);
        Assert.Equal((0, 0, plan.ToUtf8().Length), (whole.Start, whole.End, whole.Middle.Length));
        known.Become(before, PlanBlocks.In(before)!);
        var changed = plan.WithWeight(700, 650);
        var next = Bytes(changed, isCompressed: true);
        var (start, end, middle) = known.Differing(next, PlanBlocks.In(next)!);
        var text = changed.ToUtf8();
        Assert.Equal(text, (byte[])[.. plan.ToUtf8()[..start], .. middle.Span, .. plan.ToUtf8()[^end..]]);
        Assert.InRange(middle.Length, 1, text.Length / 10);
        // The same again differs in nothing.
        known.Become(next, PlanBlocks.In(next)!);
        Assert.Equal(0, known.Differing(next, PlanBlocks.In(next)!).Middle.Length);
    }

    [Fact]
    public void Whatever_models_change_the_result_is_that_of_reading_the_whole_plan()
    {
        var random = new Random(23);
        var reader = new PlanReader();
        var plan = ManyModels.Plan(0);
        for (var round = 0; round < 400; round++)
        {
            var next = new RolloutDictionary(plan.Rollouts);
            for (var edits = random.Next(4); edits >= 0; edits--)
            {
                // Runs of models, so that whole blocks come and go too.
                var (from, count) = (random.Next(600), random.Next(3) == 0 ? random.Next(200) : 1);
                var weight = random.Next(10) == 0 ? (int?)null : random.Next(1, 5000);
                foreach (var name in Enumerable.Range(from, count).Select(ManyModels.Name))
                {
                    next.Remove(name);
                    if (weight is { } some)
                        next.Add(name, ManyModels.Rollout(some));
                }
            }

            var expected = plan with { Rollouts = next };
            if (random.Next(8) == 0)
            {
                // It must leave no trace.
                var text = Encoding.UTF8.GetString(expected.ToUtf8());
                var bad = Encoding.UTF8.GetBytes(text.Insert(random.Next(text.Length), "}"));
                Assert.Throws<ContractException>(() => reader.Read(PlanBlocks.Compress(bad)));
                continue;
            }

            var read = reader.Read(Bytes(expected, isCompressed: random.Next(5) > 0));
            Assert.Equal(expected.ToUtf8(), read.Plan.ToUtf8());
            Assert.Equal(
                [.. next.Keys.Union(plan.Rollouts.Keys).Where(name => Weight(next, name) != Weight(plan.Rollouts, name)).Order()],
                read.Changed);
            plan = expected;
        }

        Assert.InRange(plan.Rollouts.Count, 1, 800);

        static int? Weight(RolloutDictionary rollouts, ModelName name) =>
            rollouts.TryGetValue(name, out var rollout) ? rollout.Variants[0].Weight : null;
    }

    [Fact]
    public void A_compressed_plan_that_is_damaged_or_too_large_is_refused_and_the_next_one_is_read()
    {
        var reader = new PlanReader();
        var plan = ManyModels.Plan(300);
        reader.Read(Bytes(plan, isCompressed: true));
        var next = Bytes(plan.WithWeight(150, 700), isCompressed: true);
        var damaged = next.ToArray();
        foreach (var block in PlanBlocks.In(next)!)
            damaged[block.Start + (block.Length / 2)] ^= 0x40;
        Assert.Contains("can't be decompressed", Refused(damaged), StringComparison.Ordinal);
        Assert.Contains("can't be decompressed", Refused([0x1f, 0x8b, 0]), StringComparison.Ordinal);
        var bomb = PlanBlocks.Compress(new byte[PlanDocument.MaxBytes + 1]);
        Assert.Contains("decompresses to more than", Refused(bomb), StringComparison.Ordinal);
        Assert.Equal([ManyModels.Name(150)], reader.Read(next).Changed);

        string Refused(byte[] bytes) => Assert.Throws<ContractException>(() => reader.Read(bytes)).Message;
    }

    [Fact]
    public void A_member_that_is_cut_out_without_its_comma_leaves_no_plan()
    {
        var reader = new PlanReader();
        var text = Encoding.UTF8.GetString(ManyModels.Plan(3).ToUtf8());
        reader.Read(Encoding.UTF8.GetBytes(text));
        var (start, end) = (
            text.IndexOf("\"model-00001\"", StringComparison.Ordinal), text.IndexOf(",\n    \"model-00002\"", StringComparison.Ordinal));
        Assert.Throws<ContractException>(() => reader.Read(Encoding.UTF8.GetBytes(text.Remove(start, end - start))));
    }

    // Edits of the text itself: most of the results are not plans any more.
    [Fact]
    public void Whatever_is_edited_the_result_is_that_of_reading_the_whole_text()
    {
        var random = new Random(22);
        var reader = new PlanReader();
        var text = Encoding.UTF8.GetString(ManyModels.Plan(6).ToUtf8());
        reader.Read(Encoding.UTF8.GetBytes(text));
        var (good, bad) = (0, 0);
        for (var round = 0; round < 4000; round++)
        {
            var edited = Edit(text, random);
            var utf8 = Encoding.UTF8.GetBytes(edited);
            PlanDocument? expected = null;
            var why = "";
            try
            {
                expected = PlanDocument.Parse(utf8);
            }
            catch (ContractException e)
            {
                why = e.Message;
            }

            if (expected is null)
            {
                Assert.Equal(why, Assert.Throws<ContractException>(() => reader.Read(utf8)).Message);
                bad++;
                continue;
            }

            Assert.Equal(expected.ToUtf8(), reader.Read(utf8).Plan.ToUtf8());
            text = edited;
            good++;
        }

        Assert.True(good > 300 && bad > 300, $"{good} plans and {bad} other texts");
    }

    private static byte[] Bytes(PlanDocument plan, bool isCompressed) =>
        isCompressed ? PlanBlocks.Compress(plan.ToUtf8()) : plan.ToUtf8();

    private static string Edit(string text, Random random)
    {
        var at = random.Next(text.Length);
        switch (random.Next(6))
        {
            // A digit that is another one: a weight, a version or a name.
            case 0 or 1:
                var digit = text.IndexOfAny("0123456789".ToCharArray(), at);
                return digit < 0 ? text : text[..digit] + random.Next(10) + text[(digit + 1)..];
            // Space between tokens.
            case 2:
                var line = text.IndexOf('\n', at);
                return line < 0 ? text : text[..line] + (random.Next(2) == 0 ? " " : "\n ") + text[line..];
            // One character less.
            case 3:
                return text.Remove(at, 1);
            // A part twice, so that members have the same name or close too early.
            case 4:
                var length = random.Next(Math.Min(400, text.Length - at));
                return text.Insert(at, text.Substring(at, length));
            default:
                return text.Insert(at, random.Next(2) == 0 ? "}" : "\"x\":1,");
        }
    }
}
