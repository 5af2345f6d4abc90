using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Spool;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Spool;

public sealed class SpoolTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_appended_is_read_in_order_whatever_its_length() => Gen.Int[1, 3000].Array[1, 40].Sample(
        lengths =>
        {
            using var own = new TemporaryFolder();
            using var writer = NewWriter(own.FullPath);
            var records = lengths.Select(static (length, i) => Bytes(i, length)).ToList();
            records.ForEach(record => Assert.Equal(Appended.Kept, writer.Append(record, out _)));
            using var reader = new SpoolReader(own.FullPath, writer, SpoolCheckpoint.Start);
            AssertEqual(records, ReadAll(reader));
            writer.Close();
            using var after = new SpoolReader(own.FullPath, null, SpoolCheckpoint.Start);
            AssertEqual(records, ReadAll(after));
        },
        iter: 20);

    [Fact]
    public void A_spool_of_several_segments_is_read_by_its_own_process_and_by_a_later_one()
    {
        using var writer = NewWriter(folder.FullPath);
        var records = Enumerable.Range(0, 60).Select(static i => Bytes(i, 500_000)).ToList();
        foreach (var record in records)
        {
            writer.Prepare();
            Assert.Equal(Appended.Kept, writer.Append(record, out _));
        }

        Assert.True(SpoolFormat.SegmentsIn(folder.FullPath).Count > 3);
        using var reader = new SpoolReader(folder.FullPath, writer, SpoolCheckpoint.Start);
        AssertEqual(records, ReadAll(reader));
        writer.Close();
        using var later = new SpoolReader(folder.FullPath, null, SpoolCheckpoint.Start);
        AssertEqual(records, ReadAll(later));
    }

    [Fact]
    public void A_record_that_is_larger_than_a_segment_gets_one_of_its_own()
    {
        using var writer = NewWriter(folder.FullPath, mostBytes: 64 * 1024 * 1024);
        var records = (byte[][])[Bytes(1, 100), Bytes(2, 12_000_000), Bytes(3, 100)];
        Assert.All(records, record => Assert.Equal(Appended.Kept, writer.Append(record, out _)));
        Assert.Equal(3, SpoolFormat.SegmentsIn(folder.FullPath).Count);
        using var reader = new SpoolReader(folder.FullPath, writer, SpoolCheckpoint.Start);
        Assert.Equal((byte[][])[records[0], records[2]], ReadAll(reader).Where(static record => record.Length == 100));
    }

    [Fact]
    public void A_full_spool_takes_no_record_until_what_is_in_the_store_is_deleted()
    {
        using var writer = NewWriter(folder.FullPath);
        var (record, kept) = (Bytes(1, 1_000_000), 0);
        while (writer.Append(record, out _) == Appended.Kept)
            kept++;
        Assert.Equal(Appended.Full, writer.Append(record, out _));
        Assert.InRange(writer.Bytes, 1, PredictionLogSettings.LeastSpoolBytes);
        Assert.InRange(kept, 24, 32);
        Assert.Contains("has 33554432 of at most 33554432 bytes", writer.Failure, StringComparison.Ordinal);
        using var reader = new SpoolReader(folder.FullPath, writer, SpoolCheckpoint.Start);
        Assert.Equal(kept, ReadAll(reader).Count);
        writer.DeleteBefore(reader.Position.Segment);
        Assert.Equal(Appended.Kept, writer.Append(record, out _));
        Assert.Null(writer.Failure);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_any_more_takes_what_fits_and_loses_nothing()
    {
        var gone = folder.Combine("gone");
        Directory.CreateDirectory(gone);
        using var writer = NewWriter(gone);
        Assert.Equal(Appended.Kept, writer.Append(Bytes(1, 100), out _));
        Directory.Delete(gone, recursive: true);
        Assert.Equal(Appended.Failed, writer.Append(Bytes(2, 9_000_000), out _));
        Assert.NotNull(writer.Failure);
        Assert.Equal(Appended.Kept, writer.Append(Bytes(3, 100), out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(60)]
    public void The_tail_of_a_record_that_the_process_did_not_finish_is_left_out(int written)
    {
        using (var writer = NewWriter(folder.FullPath))
        {
            for (var i = 0; i < 3; i++)
                writer.Append(Bytes(i, 100), out _);
        }

        // As if the process had been killed within the third record: its length, which is written last, is missing.
        var offset = 2 * SpoolFormat.SizeOf(100);
        Change(segment =>
        {
            segment.Slice(offset, 4).Clear();
            segment.Slice(offset + 8 + written, 116 - 8 - written).Clear();
        });
        using var reader = new SpoolReader(folder.FullPath, null, SpoolCheckpoint.Start);
        Assert.Equal([Bytes(0, 100), Bytes(1, 100)], ReadAll(reader));
        Assert.True(reader.TornBytes > 0);
    }

    [Fact]
    public void A_damaged_record_is_set_aside_and_those_around_it_are_read()
    {
        using (var writer = NewWriter(folder.FullPath))
        {
            for (var i = 0; i < 10; i++)
                writer.Append(Bytes(i, 100), out _);
        }

        foreach (var place in (int[])[0, 5, 9, 40])
        {
            var file = Path.Combine(folder.FullPath, SpoolFormat.SegmentName(1));
            var whole = File.ReadAllBytes(file);
            Change(segment => segment[(4 * SpoolFormat.SizeOf(100)) + place] ^= 0x40);
            var damaged = new List<DamagedBytes>();
            using var reader = new SpoolReader(folder.FullPath, null, SpoolCheckpoint.Start) { Damaged = damaged.Add };
            Assert.Equal(Enumerable.Range(0, 10).Where(static i => i != 4).Select(static i => Bytes(i, 100)), ReadAll(reader));
            var part = Assert.Single(damaged);
            Assert.Equal(
                (4 * SpoolFormat.SizeOf(100), SpoolFormat.SizeOf(100), 1L),
                (part.Position.Offset, part.Bytes.Length, part.Records));
            Assert.Equal(0, reader.TornBytes);
            File.WriteAllBytes(file, whole);
        }
    }

    [Fact]
    public void Whatever_is_damaged_no_record_is_read_that_was_not_written() => Gen.Select(
        Gen.Int[0, 10 * SpoolFormat.SizeOf(100)], Gen.Byte.Array[1, 300]).Sample(
        static (at, garbage) =>
        {
            using var own = new TemporaryFolder();
            using (var writer = NewWriter(own.FullPath))
            {
                for (var i = 0; i < 10; i++)
                    writer.Append(Bytes(i, 100), out _);
            }

            var file = Path.Combine(own.FullPath, SpoolFormat.SegmentName(1));
            var segment = File.ReadAllBytes(file);
            garbage.CopyTo(segment, at);
            File.WriteAllBytes(file, segment);
            using var reader = new SpoolReader(own.FullPath, null, SpoolCheckpoint.Start);
            var read = ReadAll(reader);
            var written = Enumerable.Range(0, 10).Select(static i => Convert.ToHexString(Bytes(i, 100))).ToList();
            Assert.All(read, record => Assert.Contains(Convert.ToHexString(record), written));
            // A record outside of the garbage is read.
            Assert.True(read.Count >= 10 - (garbage.Length / SpoolFormat.SizeOf(100)) - 2);
        },
        iter: 40);

    [Fact]
    public void A_checkpoint_is_read_back_and_one_that_is_damaged_is_the_start()
    {
        Assert.Equal(SpoolCheckpoint.Start, SpoolCheckpoint.Read(folder.FullPath));
        var checkpoint = new SpoolCheckpoint(new SpoolPosition(7, 1234), 99);
        checkpoint.Write(folder.FullPath);
        Assert.Equal(checkpoint, SpoolCheckpoint.Read(folder.FullPath));
        File.WriteAllText(folder.Combine(SpoolFormat.CheckpointFile), "7 x");
        Assert.Equal(SpoolCheckpoint.Start, SpoolCheckpoint.Read(folder.FullPath));
    }

    [Fact]
    public void A_folder_is_taken_over_only_when_its_process_has_let_go_of_it()
    {
        var owned = SpoolFolder.Create(folder.FullPath, TimeProvider.System);
        Assert.Null(SpoolFolder.TakeOver(folder.FullPath, own: null));
        owned.Dispose();
        using var taken = SpoolFolder.TakeOver(folder.FullPath, own: null);
        Assert.Equal(owned.Path, taken!.Path);
        taken.Delete();
        Assert.Empty(Directory.EnumerateDirectories(folder.FullPath));
    }

    [Fact]
    public async Task A_folder_that_is_being_created_is_not_taken_over()
    {
        const int Created = 300;
        using var done = new CancellationTokenSource();
        var stopping = done.Token;
        var takers = Enumerable.Range(0, 2).Select(_ => Task.Run(
            () =>
            {
                var taken = 0;
                while (!stopping.IsCancellationRequested)
                {
                    if (SpoolFolder.TakeOver(folder.FullPath, own: null) is not { } ended)
                        continue;
                    ended.Delete();
                    taken++;
                }

                return taken;
            },
            CancellationToken.None)).ToList();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < Created; i++)
                {
                    using var owned = SpoolFolder.Create(folder.FullPath, TimeProvider.System);
                    File.WriteAllText(Path.Combine(owned.Path, "record"), "");
                    Assert.True(File.Exists(Path.Combine(owned.Path, "record")));
                    owned.Delete();
                }
            },
            CancellationToken.None)));
        await done.CancelAsync();
        Assert.All(await Task.WhenAll(takers), static taken => Assert.Equal(0, taken));
    }

    [Fact]
    public void The_checksum_is_crc_32c()
    {
        // RFC 3720, B.4.
        Assert.Equal(0x8a9136aau, Crc32C.Append(0, new byte[32]));
        Assert.Equal(0xe3069283u, Crc32C.Append(0, "123456789"u8));
        var number = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(number, 77);
        Assert.Equal(Crc32C.Append(Crc32C.Append(0, "abc"u8), number), Crc32C.Append(Crc32C.Append(0, "abc"u8), 77));
    }

    private delegate void SegmentChange(Span<byte> segment);

    private void Change(SegmentChange change)
    {
        var file = Path.Combine(folder.FullPath, SpoolFormat.SegmentName(1));
        var segment = File.ReadAllBytes(file);
        change(segment);
        File.WriteAllBytes(file, segment);
    }

    private static SpoolWriter NewWriter(string path, long mostBytes = PredictionLogSettings.LeastSpoolBytes) =>
        new(path, new SpoolOptions(SpoolMode.Process, mostBytes), TimeProvider.System);

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    // Not Assert.Equal, which takes a minute to compare lists of large arrays.
    private static void AssertEqual(IEnumerable<byte[]> expected, IEnumerable<byte[]> actual) =>
        Assert.Equal(
            expected.Select(SHA256.HashData).Select(Convert.ToHexString),
            actual.Select(SHA256.HashData).Select(Convert.ToHexString));

    private static List<byte[]> ReadAll(SpoolReader reader)
    {
        var records = new List<byte[]>();
        while (reader.Read() is { } record)
            records.Add(record.Bytes);
        return records;
    }
}
