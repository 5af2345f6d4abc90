using ModelServing.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Journal;

public sealed class SnapshotChangesTests : IDisposable
{
    private static readonly byte[][] Contents = ["one"u8.ToArray(), [], [0, 10, 255], "modelserving-change 1 3 x\n"u8.ToArray()];

    private readonly TemporaryFolder folder = new();
    private readonly SnapshotChanges changes;

    public SnapshotChangesTests() => changes = new SnapshotChanges(new SnapshotFile(folder.Combine("snapshot")));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Changes_are_read_in_the_order_in_which_they_were_appended()
    {
        Assert.Empty(changes.Read());
        foreach (var content in Contents)
            changes.Append(content);
        Assert.Equal(Contents, changes.Read());
        Assert.Equal(new FileInfo(changes.FullPath).Length, changes.Appended);
        changes.Clear();
        Assert.Empty(changes.Read());
        Assert.Equal(0, changes.Appended);
    }

    [Fact]
    public void A_change_that_is_damaged_or_cut_off_is_not_read_and_neither_is_what_follows_it()
    {
        List<long> ends = [];
        foreach (var content in Contents)
        {
            changes.Append(content);
            ends.Add(changes.Appended);
        }

        var whole = File.ReadAllBytes(changes.FullPath);
        for (var i = 0; i < whole.Length; i++)
        {
            var sound = Contents[..ends.Count(end => end <= i)];
            var damaged = (byte[])whole.Clone();
            damaged[i] ^= 4;
            File.WriteAllBytes(changes.FullPath, damaged);
            Assert.Equal(sound, changes.Read());
            File.WriteAllBytes(changes.FullPath, whole[..i]);
            Assert.Equal(sound, changes.Read());
        }
    }
}
