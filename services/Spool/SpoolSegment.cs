using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Spool;

/// <summary>
/// A segment that is being written. Its file is mapped into memory: a record that is copied there belongs to the operating system, so it
/// survives the end of the process, and no call of the system is needed for it. All of the file's blocks are written with zeros first. So a
/// full disk is an exception here, and not a signal that ends the process later.
/// </summary>
internal sealed unsafe class SpoolSegment : IDisposable
{
    private const int ZeroBlock = 256 * 1024;

    private readonly SafeFileHandle file;
    private readonly MemoryMappedFile mapping;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;

    private SpoolSegment(int capacity, SafeFileHandle file, MemoryMappedFile mapping, MemoryMappedViewAccessor view)
    {
        Capacity = capacity;
        this.file = file;
        this.mapping = mapping;
        this.view = view;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    /// <summary>Its number in the spool; 0 until it has its name.</summary>
    public long Number { get; private set; }

    public int Capacity { get; }

    /// <summary>The bytes that records take.</summary>
    public int Length { get; private set; }

    /// <summary>Creates a segment in a file of any name.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write there.</exception>
    public static SpoolSegment Create(string path, int capacity)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = PrivateFiles.OfFile;
        try
        {
            using (var stream = new FileStream(path, options))
            {
                for (var left = capacity; left > 0; left -= ZeroBlock)
                    stream.Write(Zeros.AsSpan(0, Math.Min(left, ZeroBlock)));
                stream.Flush(flushToDisk: true);
            }

            var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            var mapping = MemoryMappedFile.CreateFromFile(
                file, null, capacity, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            var segment = new SpoolSegment(capacity, file, mapping, mapping.CreateViewAccessor(0, capacity));
            segment.Touch();
            return segment;
        }
        catch
        {
            TryDelete(path);
            throw;
        }
    }

    // The first write to a page may wait for the file system's journal, so no request should make it.
    private void Touch()
    {
        for (var page = 0; page < Capacity; page += Environment.SystemPageSize)
            Volatile.Write(ref *(start + page), 0);
    }

    /// <summary>Gives the file the name of a segment. Only then a reader sees it.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Name(string path, string folder, long number)
    {
        File.Move(path, Path.Combine(folder, SpoolFormat.SegmentName(number)));
        Number = number;
    }

    /// <summary>Whether a record fits.</summary>
    public bool Fits(int recordBytes) => SpoolFormat.SizeOf(recordBytes) <= Capacity - Length;

    /// <summary>Appends a record that fits.</summary>
    /// <param name="checksum">The checksum of its bytes alone.</param>
    /// <param name="number">Its number in the spool.</param>
    public void Append(ReadOnlySpan<byte> record, uint checksum, ulong number)
    {
        var head = new Span<byte>(start + Length, SpoolFormat.HeadBytes);
        record.CopyTo(new Span<byte>(start + Length + SpoolFormat.HeadBytes, record.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], SpoolFormat.Checksum(checksum, number));
        // Last, and not before the rest: until then the segment ends before this record.
        Volatile.Write(
            ref *(int*)(start + Length),
            BitConverter.IsLittleEndian ? record.Length : BinaryPrimitives.ReverseEndianness(record.Length));
        Length += SpoolFormat.SizeOf(record.Length);
    }

    /// <summary>Waits until the disk has everything that was appended before.</summary>
    public void Flush() => RandomAccess.FlushToDisk(file);

    /// <summary>Waits until the disk has all of a segment that gets no more records.</summary>
    internal static void Flush(string folder, long segment)
    {
        try
        {
            using var ended = File.OpenHandle(
                Path.Combine(folder, SpoolFormat.SegmentName(segment)),
                FileMode.Open,
                FileAccess.ReadWrite,
                FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(ended);
        }
        catch (FileNotFoundException)
        {
            // It was shipped and deleted meanwhile.
        }
    }

    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        mapping.Dispose();
        file.Dispose();
    }

    /// <summary>The bytes of a segment's file; 0 without one.</summary>
    internal static long FileLength(string folder, long segment) =>
        new FileInfo(Path.Combine(folder, SpoolFormat.SegmentName(segment))) is { Exists: true } file ? file.Length : 0;

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is deleted with the folder, or shipped once more, which changes nothing.
        }
    }

    private static readonly byte[] Zeros = new byte[ZeroBlock];
}
