using System.Text;
using ModelServing.Contracts;
using ModelServing.Router.Sources;

namespace ModelServing.Services.Tests.Router.Sources;

public class PlanReaderTests
{
    [Fact]
    public void A_changed_model_is_read_anew_and_all_others_keep_their_objects()
    {
        var reader = new PlanReader();
        var plan = ManyModels.Plan(1000);
        var (first, _, all) = reader.Read(plan.ToUtf8());
        Assert.Equal(1000, all.Count);
        var (next, _, changed) = reader.Read(plan.WithWeight(500, 700).ToUtf8());
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

    [Fact]
    public void Models_that_come_and_go_are_changes_too()
    {
        var reader = new PlanReader();
        reader.Read(ManyModels.Plan(10).ToUtf8());
        Assert.Equal([ManyModels.Name(10), ManyModels.Name(11)], reader.Read(ManyModels.Plan(12).ToUtf8()).Changed);
        Assert.Equal([.. Enumerable.Range(5, 7).Select(ManyModels.Name)], reader.Read(ManyModels.Plan(5).ToUtf8()).Changed);
        Assert.Empty(reader.Read(ManyModels.Plan(5).ToUtf8()).Changed);
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
