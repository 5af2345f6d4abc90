using ModelServing.Hosting.Memory;

namespace ModelServing.Services.Tests.Hosting.Memory;

public class ProcessMemoryTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public void Requests_have_what_the_program_leaves_of_its_container() =>
        Assert.Equal(900 * Mebibyte, ProcessMemory.RoomBeside(124 * Mebibyte, 1024 * Mebibyte));

    [Fact]
    public void A_container_that_the_program_fills_still_has_room_for_small_requests() =>
        Assert.Equal(32 * Mebibyte, ProcessMemory.RoomBeside(1000 * Mebibyte, 1024 * Mebibyte));

    [Fact]
    public void A_process_without_a_container_has_the_room_of_a_pod_of_default_size_whatever_it_uses() =>
        Assert.Equal(1024 * Mebibyte, ProcessMemory.RoomBeside(10_000 * Mebibyte, null));
}
