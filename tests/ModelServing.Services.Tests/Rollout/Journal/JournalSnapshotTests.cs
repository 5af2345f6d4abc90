using System.Text;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Rollout.Journal;
using static ModelServing.Services.Tests.Journal.SomeEvents;

namespace ModelServing.Services.Tests.Rollout.Journal;

public class JournalSnapshotTests
{
    [Fact]
    public void A_snapshot_preserves_condemned_served_and_refused_entries()
    {
        var state = JournalState.Empty(Fraud)
            .Apply(Numbered([Started(Plan(1, 2)), RolledBack(2, evidence: """{"a":1.5}"""), Refused(Plan(2), 2), RolledBack(3), Reset(3)]));
        var churn = JournalState.Empty(ModelName.Parse("churn"));
        var read = JournalSnapshot.Parse(JournalSnapshot.ToUtf8([state, churn]));
        Assert.Equal([churn.Model, Fraud], read.Keys.Order());
        var back = read[Fraud];
        Assert.Equal(5, back.LastSeq);
        Assert.Equal(1.5, back.Condemned(new ModelVersion(2))!.Evidence!.Value.GetProperty("a").GetDouble());
        Assert.Equal((2, null), (back.TrialOf(new ModelVersion(3)), back.Condemned(new ModelVersion(3))));
        Assert.Equal((Noon, 1, 3), (back.StartOf(new ModelVersion(2)), back.LastGood!.Event.Seq, back.LastRollout!.Seq));
        Assert.Equal(JournalSnapshot.ToUtf8([state, churn]), JournalSnapshot.ToUtf8(read.Values));
    }

    [Fact]
    public void A_snapshot_preserves_which_buckets_each_arm_has()
    {
        var grown = Plan("r1", ("a", 2, 2000), ("b", 3, 1000), ("stable", 1, 7000));
        var state = JournalState.Empty(Fraud).Apply(
            Numbered([Started(Plan("r1", ("a", 2, 1000), ("b", 3, 1000), ("stable", 1, 8000))), Started(grown)]));
        // The buckets depend on those that the arms had before.
        Assert.NotEqual(BucketLayout.Create(grown.Variants), state.LayoutOf(grown));
        Assert.Equal(state.LayoutOf(grown), JournalSnapshot.Parse(JournalSnapshot.ToUtf8([state]))[Fraud].LayoutOf(grown));
        // Another experiment begins anew.
        var next = Plan("r2", ("a", 4, 2000), ("b", 5, 1000), ("stable", 1, 7000));
        Assert.Equal(BucketLayout.Create(next.Variants), state.LayoutOf(next));
    }

    [Theory]
    [InlineData("", "JSON tokens")]
    [InlineData("null", "it is null")]
    [InlineData("""{"schema":2,"models":[]}""", "its schema is 2; this program reads schema 1")]
    [InlineData("""{"schema":1,"models":[],"wonder":1}""", "wonder")]
    [InlineData("""{"schema":1,"models":[null]}""", "an entry is null")]
    [InlineData("""{"schema":1,"models":[{"model":"a","lastSeq":0,"versions":[],"served":[{"event":{},"layout":[]}]}]}""", "schema")]
    [InlineData("""{"schema":1,"models":[{"model":"a","lastSeq":0,"versions":[],"served":[{}]}]}""", "event")]
    [InlineData(
        """{"schema":1,"models":[{"model":"a","lastSeq":0,"versions":[],"served":[]},{"model":"a","lastSeq":0,"versions":[],"served":[]}]}""",
        "same key")]
    public void Other_bytes_are_refused(string text, string message) => Assert.Contains(
        message,
        Assert.Throws<ContractException>(() => JournalSnapshot.Parse(Encoding.UTF8.GetBytes(text))).Message,
        StringComparison.Ordinal);
}
