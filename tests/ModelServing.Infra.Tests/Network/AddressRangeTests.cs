using System.Net;
using CsCheck;
using ModelServing.Infra.Network;

namespace ModelServing.Infra.Tests.Network;

public class AddressRangeTests
{
    private static readonly Gen<IPNetwork> Ranges = Gen.Select(Gen.UInt[0, 0xffff], Gen.Int[8, 30], static (bits, length) =>
    {
        var address = (0x0a000000u | (bits << 8)) & (uint.MaxValue << (32 - length));
        return new IPNetwork(new IPAddress([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address]), length);
    });

    [Fact]
    public void Two_ranges_overlap_if_an_address_is_in_both() => Gen.Select(Ranges, Ranges).Sample(static (one, other) =>
    {
        var (first, last) = Ends(one);
        var (otherFirst, otherLast) = Ends(other);
        Assert.Equal(first <= otherLast && otherFirst <= last, one.Overlaps(other));
        Assert.Equal(first <= otherFirst && otherLast <= last, AddressRange.Contains(one, other));
    });

    private static (uint First, uint Last) Ends(IPNetwork range)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        var first = ((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3];
        return (first, first | ~(uint.MaxValue << (32 - range.PrefixLength)));
    }
}
