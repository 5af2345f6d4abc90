using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>Says which of many connections have something to read (Linux's epoll), so that one thread serves thousands of them. The
/// sockets' own asynchronous calls would wake threads of the pool, which need the processors that the service needs.</summary>
internal sealed class ReadablePoll : IDisposable
{
    private const int Most = 256;
    private const int Add = 1;
    private const uint Readable = 1;

    // The kernel's structure has no gap on this architecture only: a flag of 4 bytes, and the connection's key of 8.
    private static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly byte[] events = new byte[Most * Size];
    private readonly int[] keys = new int[Most];
    private readonly int poll = epoll_create1(0);

    public void Dispose() => _ = close(poll);

    /// <summary>Watches a socket until it is closed.</summary>
    internal void Watch(Socket socket, int key)
    {
        var one = new byte[Size];
        BinaryPrimitives.WriteUInt32LittleEndian(one, Readable);
        BinaryPrimitives.WriteInt32LittleEndian(one.AsSpan(Size - sizeof(long)), key);
        if (epoll_ctl(poll, Add, socket.SafeHandle, one) != 0)
            throw new BenchException($"a connection can't be polled: error {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Returns the keys of some connections with something to read, or none once the time is over. The next call overwrites
    /// them.</summary>
    internal ReadOnlySpan<int> Wait(TimeSpan most)
    {
        // Less than none if a signal came first.
        var count = Math.Max(0, epoll_wait(poll, events, Most, (int)most.TotalMilliseconds));
        for (var i = 0; i < count; i++)
            keys[i] = BinaryPrimitives.ReadInt32LittleEndian(events.AsSpan((i * Size) + Size - sizeof(long)));
        return keys.AsSpan(0, count);
    }

#pragma warning disable IDE1006 // The names are the C library's.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_ctl(int poll, int operation, SafeSocketHandle socket, byte[] one);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_wait(int poll, [Out] byte[] events, int most, int milliseconds);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int handle);
#pragma warning restore IDE1006
}
