// Five bodies that attract each other, in doubles: the sun and the four large planets (masses in suns times 4 pi squared, distances in astronomical units, days).
#include <sandbox/guest.h>

#define BODIES 5

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static double square_root(double value)
{
    double root;
    __asm__("sqrtsd %1, %0" : "=x"(root) : "x"(value));
    return root;
}

static void advance(struct body *bodies, double step)
{
    for (int i = 0; i < BODIES; i++) {
        for (int j = i + 1; j < BODIES; j++) {
            double dx = bodies[i].x - bodies[j].x, dy = bodies[i].y - bodies[j].y, dz = bodies[i].z - bodies[j].z;
            double squared = dx * dx + dy * dy + dz * dz;
            double magnitude = step / (squared * square_root(squared));
            bodies[i].vx -= dx * bodies[j].mass * magnitude;
            bodies[i].vy -= dy * bodies[j].mass * magnitude;
            bodies[i].vz -= dz * bodies[j].mass * magnitude;
            bodies[j].vx += dx * bodies[i].mass * magnitude;
            bodies[j].vy += dy * bodies[i].mass * magnitude;
            bodies[j].vz += dz * bodies[i].mass * magnitude;
        }
    }

    for (int i = 0; i < BODIES; i++) {
        bodies[i].x += step * bodies[i].vx;
        bodies[i].y += step * bodies[i].vy;
        bodies[i].z += step * bodies[i].vz;
    }
}

static double energy(const struct body *bodies)
{
    double sum = 0;
    for (int i = 0; i < BODIES; i++) {
        const struct body *body = &bodies[i];
        sum += 0.5 * body->mass * (body->vx * body->vx + body->vy * body->vy + body->vz * body->vz);
        for (int j = i + 1; j < BODIES; j++) {
            double dx = body->x - bodies[j].x, dy = body->y - bodies[j].y, dz = body->z - bodies[j].z;
            sum -= body->mass * bodies[j].mass / square_root(dx * dx + dy * dy + dz * dz);
        }
    }

    return sum;
}

// Parameter: how many steps of a hundredth of a day. Result: the energy after them, which shows every rounding on the way.
GUEST_FUNCTION(NBody, F64, I32)
{
    struct body bodies[BODIES] = {
        { 0.001, -0.002, 0.003, 0, 0, 0, 39.47841760435743 },
        { 4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.03769367487038949 },
        { 8.34336671824458, 4.124798564124305, -0.4035234171143214, -1.0107743461787924, 1.8256623712304119, 0.008415761376584154, 0.011286326131968767 },
        { 12.894369562139131, -15.111151401698631, -0.22330757889265573, 1.0827910064415354, 0.8687130181696082, -0.010832637401363636, 0.0017237240570597112 },
        { 15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.979090732243898, 0.5946989986476762, -0.034755955550407, 0.0020336868699246304 },
    };
    for (int32_t i = 0; i < arg_i32(0); i++)
        advance(bodies, 0.01);
    return return_f64(energy(bodies));
}
