using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Spool;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>The spool of a process that has ended, with records of one size.</summary>
internal static class SomeEndedSpool
{
    internal static void Write(string root, int records)
    {
        using var folder = SpoolFolder.Create(root, TimeProvider.System);
        using var writer = new SpoolWriter(
            folder.Path, new SpoolOptions(SpoolMode.Process, PredictionLogSettings.LeastSpoolBytes), TimeProvider.System);
        for (var i = 0; i < records; i++)
            Assert.Equal(Appended.Kept, writer.Append(SomeSpooledRecord.Record(i), out _));
    }

    /// <summary>Changes a bit within a record.</summary>
    internal static void Damage(string root, int record) =>
        ChangeRecord(root, record, static bytes => bytes[SpoolFormat.HeadBytes + 40] ^= 0x40);

    /// <summary>Makes the last record one within which its process was killed: the length, which is written last, is missing.</summary>
    internal static void Tear(string root, int record) => ChangeRecord(root, record, static bytes => bytes[..4].Clear());

    private static void ChangeRecord(string root, int record, Change change)
    {
        var file = Assert.Single(Directory.GetFiles(root, "*" + SpoolFormat.SegmentSuffix, SearchOption.AllDirectories));
        var segment = File.ReadAllBytes(file);
        var size = SpoolFormat.SizeOf(SomeSpooledRecord.Record(record).Length);
        change(segment.AsSpan(record * size, size));
        File.WriteAllBytes(file, segment);
    }

    private delegate void Change(Span<byte> bytes);
}
